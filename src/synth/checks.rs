//! Tests of whole cities.
