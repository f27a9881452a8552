//! gridlink lays a city's lists of people side by side, matches the persons in them, and hands every grid worker the
//! names that still need a visit.
//!
//! Data goes one way, and each step is a folder of that name:
//!
//! dumps → [`ingest`] → records and quarantine → [`normalize`] → [`link`] (block, compare, score) → [`cluster`] →
//! [`person`] (golden record, stable id) → [`followup`] (events, rules, grids, yesterday's states) → [`publish`]
//! (tables, lists; all or nothing)
//!
//! [`pipeline`] calls the steps in that order and is the best place to start reading. Steps do not import each other.
//! Below them stand [`kernels`] (pure functions), [`tables`] (what steps hand to each other), [`config`] and [`store`];
//! above them [`model`], [`evaluate`], [`explain`], [`report`], [`synth`], and at the top [`cli`].

pub mod error;
pub mod message;

pub mod events;
pub mod kernels;
pub mod tables;

pub mod config;

pub mod store;

pub mod sql;

pub mod cluster;
pub mod followup;
pub mod ingest;
pub mod link;
pub mod normalize;
pub mod person;
pub mod publish;
pub mod returns;

pub mod evaluate;
pub mod explain;
pub mod model;
pub mod report;
pub mod review;
pub mod synth;

pub mod pipeline;

pub mod cli;
