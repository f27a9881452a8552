//! The invented city's ground: counties, streets, communities, estates and villages with their roads, flats and grids,
//! planned whole before the first person (a few thousand small entries at any size), and the notations of an address.

use super::days::chinese;
use super::rng::Rng;

/// Counties: division code, name, share of the population.
pub(crate) const COUNTIES: [(u32, &str, f64); 5] = [
    (370_502, "东营区", 0.34),
    (370_503, "河口区", 0.12),
    (370_505, "垦利区", 0.14),
    (370_522, "利津县", 0.14),
    (370_523, "广饶县", 0.26),
];

/// Places outside the city: division code, name as a ticket has it, a county and a township there for addresses.
/// The first [`KEY_REGIONS`] are the key regions.
pub(crate) const OUTSIDE: [(u32, &str, &str); 24] = [
    (310_100, "上海市", "上海市浦东新区川沙新镇"),
    (220_100, "长春市", "吉林省长春市九台区兴隆街道"),
    (420_100, "武汉市", "湖北省武汉市黄陂区前川街道"),
    (370_100, "济南市", "山东省济南市章丘区绣惠街道"),
    (370_200, "青岛市", "山东省青岛市即墨区蓝村街道"),
    (370_300, "淄博市", "山东省淄博市高青县田镇街道"),
    (370_700, "潍坊市", "山东省潍坊市寿光市田柳镇"),
    (371_600, "滨州市", "山东省滨州市沾化区富国街道"),
    (371_700, "菏泽市", "山东省菏泽市曹县庄寨镇"),
    (110_100, "北京市", "北京市昌平区沙河镇"),
    (120_100, "天津市", "天津市武清区杨村街道"),
    (130_100, "石家庄市", "河北省石家庄市正定县诸福屯街道"),
    (230_100, "哈尔滨市", "黑龙江省哈尔滨市呼兰区康金街道"),
    (210_200, "大连市", "辽宁省大连市普兰店区皮口街道"),
    (320_100, "南京市", "江苏省南京市六合区竹镇镇"),
    (330_100, "杭州市", "浙江省杭州市萧山区临浦镇"),
    (340_100, "合肥市", "安徽省合肥市肥东县撮镇镇"),
    (411_600, "周口市", "河南省周口市太康县老冢镇"),
    (410_100, "郑州市", "河南省郑州市中牟县官渡镇"),
    (430_100, "长沙市", "湖南省长沙市宁乡市灰汤镇"),
    (440_300, "深圳市", "广东省深圳市龙岗区坪地街道"),
    (510_100, "成都市", "四川省成都市金堂县淮口街道"),
    (610_100, "西安市", "陕西省西安市蓝田县汤峪镇"),
    (650_100, "乌鲁木齐市", "新疆维吾尔自治区乌鲁木齐市乌鲁木齐县水西沟镇"),
];

/// How many of [`OUTSIDE`] are key regions.
pub(crate) const KEY_REGIONS: usize = 3;

/// So many dedicated grids for so many residents, at least one a community.
const SITES: (u64, u64) = (2_088, 1_920_000);

const AREA_A: &[&str] = &[
    "胜", "文", "辛", "黄", "东", "利", "河", "盐", "新", "史", "龙", "牛", "北", "明", "汀", "陈", "丁", "大", "稻",
    "乐",
];
const AREA_B: &[&str] =
    &["园", "汇", "店", "河口", "城", "安", "海", "口", "庄", "集", "泊", "岭", "台", "坨", "洼", "州"];
const ESTATE_A: &[&str] = &[
    "锦绣", "阳光", "金水", "翠湖", "东方", "安泰", "万和", "盛世", "明珠", "海棠", "康居", "和平", "丽景", "华纳",
    "新兴", "胜利", "清风", "碧水", "紫荆", "凤凰", "龙腾", "御景", "文汇", "众成", "金辰", "府前", "安和", "春晖",
    "景苑", "银座", "天和", "祥瑞", "福临", "瑞景", "学府", "书香", "百合", "理想", "悦湖", "沁园", "恒泰", "金都",
    "润泽", "嘉禾", "澳龙", "中兴", "广利", "水岸", "唐宁", "星河", "凯旋", "橄榄", "玫瑰", "梧桐", "枫林", "香榭",
];
const ESTATE_B: &[&str] =
    &["花园", "家园", "小区", "苑", "新村", "华庭", "公寓", "名城", "佳苑", "嘉园", "华府", "馨园"];
const ROAD_A: &[&str] = &[
    "府前",
    "济南",
    "淄博",
    "西四",
    "东三",
    "黄河",
    "胜利",
    "北一",
    "南二",
    "运河",
    "潍坊",
    "太行山",
    "曹州",
    "沂河",
    "庐山",
    "井冈山",
    "陕西南",
    "青岛",
    "新区",
    "兴盛",
    "利华",
    "津一",
    "永莘",
    "孙武",
    "乐安",
    "迎宾",
    "团结",
    "民生",
    "康洋",
    "育才",
    "花苑",
    "嵩山",
    "天目山",
    "辽河",
    "汾河",
    "香山",
    "蓝山",
    "北京",
    "登州",
];
const ROAD_B: &[&str] = &["大街", "路", "街"];

/// A street or township.
#[derive(Clone, Debug)]
pub(crate) struct Street {
    /// Place in [`COUNTIES`].
    pub(crate) county: usize,
    /// 胜园街道
    pub(crate) name: String,
}

/// A community or village committee.
#[derive(Clone, Debug)]
pub(crate) struct Community {
    pub(crate) street: usize,
    pub(crate) name: String,
}

/// An estate of blocks of flats, or a village of houses.
#[derive(Clone, Debug)]
pub(crate) struct Estate {
    pub(crate) community: usize,
    pub(crate) name: String,
    pub(crate) village: bool,
    pub(crate) road: String,
    pub(crate) number: u32,
    pub(crate) buildings: u32,
    pub(crate) units: u32,
    pub(crate) floors: u32,
    /// How many of the residents live here.
    pub(crate) quota: u64,
    /// Last building (house number in a village) and place of the grid, ascending.
    pub(crate) grids: Vec<(u32, usize)>,
}

/// A grid of the directory.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) dedicated: bool,
    pub(crate) community: usize,
    pub(crate) estates: String,
    pub(crate) buildings: String,
    pub(crate) road: String,
    pub(crate) numbers: String,
}

/// A hotel or a firm: a dedicated grid with an address.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) grid: usize,
    pub(crate) community: usize,
    pub(crate) road: String,
    pub(crate) number: u32,
    /// The phone at its desk, shared by hundreds.
    pub(crate) phone: String,
}

/// A dwelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flat {
    /// Place of the estate.
    pub(crate) estate: usize,
    /// Building; house number in a village.
    pub(crate) building: u32,
    /// Unit; 0 in a village.
    pub(crate) unit: u32,
    /// Room; 0 in a village.
    pub(crate) room: u32,
}

/// The city's ground.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) streets: Vec<Street>,
    pub(crate) communities: Vec<Community>,
    pub(crate) estates: Vec<Estate>,
    pub(crate) grids: Vec<Grid>,
    pub(crate) hotels: Vec<Site>,
    pub(crate) firms: Vec<Site>,
    /// People and sites of the communities planned so far.
    people: u64,
    sites: u64,
}

impl Plan {
    /// Plans a city for `residents`. One of 2,000,000 persons has some 4,000 base grids and 2,088
    /// dedicated ones.
    pub(crate) fn new(residents: u64, rng: &mut Rng) -> Self {
        let mut plan = Self::default();
        let community_size = (residents / 10).clamp(250, 3_500);
        let grid_size = (residents / 80).clamp(40, 473);
        let (mut roads, mut door) = (0usize, 1u32);
        for (county, &(code, _, share)) in COUNTIES.iter().enumerate() {
            let people = (residents as f64 * share).round() as u64;
            let communities = (people / community_size).max(1);
            let street_size = (communities / 3).clamp(1, 10);
            for c in 0..communities {
                if c.is_multiple_of(street_size) {
                    let n = plan.streets.len();
                    let kind = if county < 3 && n % 3 != 2 { "街道" } else { "镇" };
                    let base =
                        format!("{}{}", AREA_A[n % AREA_A.len()], AREA_B[(n * 7 + n / AREA_A.len()) % AREA_B.len()]);
                    plan.streets.push(Street { county, name: format!("{base}{kind}") });
                }
                let street = plan.streets.len() - 1;
                let village = plan.streets[street].name.ends_with('镇') && rng.chance(0.65);
                let quota = people / communities + u64::from(c < people % communities);
                plan.community(code, street, village, quota, grid_size, (&mut roads, &mut door), rng);
            }
        }
        plan
    }

    #[allow(clippy::too_many_arguments)] // a constructor's helper, called once
    fn community(
        &mut self,
        county_code: u32,
        street: usize,
        village: bool,
        quota: u64,
        grid_size: u64,
        (roads, door): (&mut usize, &mut u32),
        rng: &mut Rng,
    ) {
        let community = self.communities.len();
        let estates = (quota / 1_100).clamp(1, 4);
        let first = self.estates.len();
        for e in 0..estates {
            let quota = quota / estates + u64::from(e < quota % estates);
            let n = self.estates.len();
            let name = match self.namesake(n, street, village) {
                Some(name) => name,
                None if village => village_name(n),
                None => estate_name(n),
            };
            if *door > 180 {
                (*roads, *door) = (*roads + 1, 1);
            }
            *door += rng.range(4, 9) as u32;
            let road = road_name(*roads);
            let floors = if village { 1 } else { *rng.pick(&[6, 6, 6, 11, 18]) };
            let units = if village { 1 } else { *rng.pick(&[1, 2, 2, 3]) };
            // Two flats a floor; a flat holds two and a half persons or so, and some stand empty.
            let flats = (quota as f64 / 1.9).ceil() as u32 + 4;
            let buildings = if village { flats } else { flats.div_ceil(units * floors * 2) };
            let per_grid =
                ((f64::from(buildings) * grid_size as f64 / quota.max(1) as f64).round() as u32).clamp(1, buildings);
            let mut grids = Vec::new();
            let mut from = 1;
            while from <= buildings {
                let mut to = (from + per_grid - 1).min(buildings);
                if buildings - to < per_grid / 2 {
                    to = buildings;
                }
                grids.push((to, self.grids.len()));
                let whole = from == 1 && to == buildings;
                let span = if whole { String::new() } else { format!("{from}-{to}") };
                let number = self.grids.len();
                self.grids.push(Grid {
                    code: self.grid_code(county_code, street, community, number),
                    name: format!("{name}第{}网格", grids.len()),
                    dedicated: false,
                    community,
                    estates: name.clone(),
                    buildings: span.clone(),
                    // A village's houses are numbered like doors on a road of its name.
                    road: match (village, whole) {
                        (true, _) => name.clone(),
                        (false, true) => road.clone(),
                        (false, false) => String::new(),
                    },
                    numbers: match (village, whole) {
                        (true, _) => span.clone(),
                        (false, true) => door.to_string(),
                        (false, false) => String::new(),
                    },
                });
                from = to + 1;
            }
            self.estates.push(Estate {
                community,
                name,
                village,
                road,
                number: *door,
                buildings,
                units,
                floors,
                quota,
                grids,
            });
        }
        let base = self.estates[first].name.trim_end_matches("小区").to_owned();
        self.communities.push(Community { street, name: if village { base } else { format!("{base}社区") } });
        // Every community has a dedicated grid, a hotel here, a firm there, and a large one has more.
        self.people += quota;
        let sites = (self.people * SITES.0 / SITES.1).saturating_sub(self.sites).max(1);
        self.sites += sites;
        *door += 3;
        for nth in 0..sites as u32 {
            let site_name = self.site_name(community, nth);
            let (road, number, grid) = (road_name(*roads), *door + nth, self.grids.len());
            self.grids.push(Grid {
                code: self.grid_code(county_code, street, community, grid),
                name: format!("{site_name}专属网格"),
                dedicated: true,
                community,
                estates: site_name.clone(),
                buildings: String::new(),
                road: road.clone(),
                numbers: number.to_string(),
            });
            if nth == 0 {
                let site = Site { name: site_name, grid, community, road, number, phone: mobile(rng) };
                if community.is_multiple_of(2) { self.hotels.push(site) } else { self.firms.push(site) }
            }
        }
    }

    /// Now and then an estate is called as one in another county is.
    fn namesake(&self, n: usize, street: usize, village: bool) -> Option<String> {
        let other = self.estates.get(n / 2).filter(|_| n % 25 == 24 && n / 2 % 25 != 24)?;
        let county = |street: usize| self.streets[street].county;
        let elsewhere = county(self.communities.get(other.community)?.street) != county(street);
        (elsewhere && other.village == village).then(|| other.name.clone())
    }

    fn grid_code(&self, county_code: u32, street: usize, community: usize, grid: usize) -> String {
        format!("{county_code}{:03}{:03}{:03}", street % 1000 + 1, community % 1000 + 1, grid % 1000 + 1)
    }

    /// What the nth site of a community is called.
    fn site_name(&self, community: usize, nth: u32) -> String {
        const FURTHER: [&str; 5] = ["实验学校", "医院", "敬老院", "幼儿园", "商贸城"];
        let a = ESTATE_A[(community * 5 + 3) % ESTATE_A.len()];
        let round = community / ESTATE_A.len();
        let round = if round == 0 { String::new() } else { chinese(round as u32 + 1) };
        let kind = match nth {
            0 if community.is_multiple_of(2) => "宾馆",
            0 => "化工有限公司",
            _ => FURTHER[(nth as usize - 1) % FURTHER.len()],
        };
        format!("{a}{round}{kind}")
    }

    /// Number of dwellings of an estate.
    pub(crate) fn capacity(&self, estate: usize) -> u64 {
        let e = &self.estates[estate];
        if e.village { u64::from(e.buildings) } else { u64::from(e.buildings) * u64::from(e.units * e.floors * 2) }
    }

    /// The dwelling of that number; numbers beyond the last begin anew.
    pub(crate) fn flat(&self, estate: usize, number: u64) -> Flat {
        let e = &self.estates[estate];
        let n = (number % self.capacity(estate).max(1)) as u32;
        if e.village {
            return Flat { estate, building: n + 1, unit: 0, room: 0 };
        }
        let (side, n) = (n % 2 + 1, n / 2);
        let (floor, n) = (n % e.floors + 1, n / e.floors);
        Flat { estate, building: n / e.units + 1, unit: n % e.units + 1, room: floor * 100 + side }
    }

    /// Any dwelling of the city.
    pub(crate) fn any_flat(&self, rng: &mut Rng) -> Flat {
        let estate = rng.below(self.estates.len());
        let number = rng.next() % self.capacity(estate).max(1);
        self.flat(estate, number)
    }

    /// The grid of a dwelling.
    pub(crate) fn grid(&self, flat: &Flat) -> usize {
        let grids = &self.estates[flat.estate].grids;
        grids.iter().find(|(last, _)| flat.building <= *last).or(grids.last()).map_or(0, |(_, grid)| *grid)
    }

    /// Street of a dwelling.
    pub(crate) fn street(&self, flat: &Flat) -> usize {
        self.communities[self.estates[flat.estate].community].street
    }

    /// Place in [`COUNTIES`] of a dwelling.
    pub(crate) fn county(&self, flat: &Flat) -> usize {
        self.streets[self.street(flat)].county
    }

    /// An address in one of its notations: 0 is the register's.
    pub(crate) fn address(&self, flat: &Flat, style: usize) -> String {
        let e = &self.estates[flat.estate];
        let street = &self.streets[self.street(flat)];
        let county = COUNTIES[street.county].1;
        let (b, u, r) = (flat.building, flat.unit, flat.room);
        if e.village {
            let (town, village) = (&street.name, &e.name);
            return match style {
                0 => format!("山东省东营市{county}{town}{village}{b}号"),
                1 => format!("{village}{b}号"),
                2 => format!("{town}{village}{b}号"),
                3 => format!("{village} {b}"),
                4 => format!("{county}{town}{village}{b}号"),
                5 if b < 100 => format!("{village}{}号", chinese(b)),
                6 => format!("{town}{village}"),
                7 => village.clone(),
                _ => format!("东营市{county}{town}{village}村民委员会{b}号"),
            };
        }
        let name = &e.name;
        match style {
            0 => format!("山东省东营市{county}{}{}{}号{name}{b}号楼{u}单元{r}室", street.name, e.road, e.number),
            1 => format!("{name}{b}-{u}-{r}"),
            2 if b < 100 => format!("{name}{}栋{}单元{r}", chinese(b), chinese(u)),
            3 => format!("{name} {b}#{u}-{r}"),
            4 => format!("{}{name}{b}号楼{u}单元{r}", street.name),
            5 => format!("{county}{}{}号{name}{b}幢{u}单元{r}室", e.road, e.number),
            6 => format!("{name}{b}号楼{r}"),
            7 => name.clone(),
            8 => format!("{}{name}{b}号楼{u}单元{r}室", self.communities[e.community].name),
            9 => format!("东营{}{}号", e.road, e.number),
            _ => format!("山东省东营市{county}{name}{b}号楼{u}单元{r}室"),
        }
    }

    /// Number of notations of [`Plan::address`] that still tell the dwelling.
    pub(crate) const FULL_STYLES: [usize; 8] = [0, 1, 2, 3, 4, 5, 8, 10];
    /// Notations that lost a part.
    pub(crate) const PARTIAL_STYLES: [usize; 3] = [6, 7, 9];

    /// Address of a hotel or firm.
    pub(crate) fn site_address(&self, site: &Site) -> String {
        let street = &self.streets[self.communities[site.community].street];
        format!("东营市{}{}{}号{}", COUNTIES[street.county].1, site.road, site.number, site.name)
    }
}

/// A mobile number.
pub(crate) fn mobile(rng: &mut Rng) -> String {
    const HEADS: &[&str] = &[
        "138", "139", "137", "136", "135", "150", "151", "152", "158", "159", "187", "188", "186", "185", "130", "131",
        "132", "155", "156", "133", "153", "189", "180", "177", "173", "199", "166", "178", "198",
    ];
    format!("{}{:08}", rng.pick_early(HEADS), rng.below(100_000_000))
}

/// A land line, with or without its area code and dash.
pub(crate) fn land_line(rng: &mut Rng) -> String {
    let number = 6_000_000 + rng.below(2_900_000);
    format!("{}{number}", rng.pick(&["0546-", "0546", ""]))
}

fn estate_name(n: usize) -> String {
    let (a, b) = (ESTATE_A.len(), ESTATE_B.len());
    // Coprime steps walk through every combination before one returns.
    let k = (n * 377 + 11) % (a * b);
    let name = format!("{}{}", ESTATE_A[k % a], ESTATE_B[k / a]);
    match n / (a * b) {
        0 => name,
        1 => format!("新{name}"),
        more => format!("{}{name}", ["东", "西", "南", "北", "中"][(more - 2) % 5]),
    }
}

fn village_name(n: usize) -> String {
    const A: &[&str] = &[
        "王", "李", "张", "刘", "陈", "杨", "赵", "孙", "徐", "马", "朱", "胡", "郭", "高", "宋", "许", "韩", "曹",
        "田", "董", "崔", "盖", "綦", "隋",
    ];
    const B: &[&str] = &["家", "官", "道口", "店", "楼", "庙", "寨", "营", "屋"];
    const C: &[&str] = &["", "东", "西", "南", "北", "前", "后", "大", "小", "新", "老"];
    let k = n * 5 + 2;
    format!("{}{}{}村", C[(k / (A.len() * B.len())) % C.len()], A[k % A.len()], B[(k / A.len()) % B.len()])
}

fn road_name(n: usize) -> String {
    format!("{}{}", ROAD_A[n % ROAD_A.len()], ROAD_B[(n / ROAD_A.len() + n) % ROAD_B.len()])
}
