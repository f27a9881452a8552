//! The column names and file names by which dumps are known: pure tables, the surest word of a field first.

type Words = &'static [&'static str];

pub(super) const FIELDS: &[(&str, Words)] = &[
    (
        "record_id",
        &[
            "人员编号",
            "登记编号",
            "申报编号",
            "采样编号",
            "接种流水号",
            "流水号",
            "记录编号",
            "人口编号",
            "登记号",
            "记录号",
            "申报号",
            "样本编号",
            "采样号",
            "接种号",
            "编号",
            "record_id",
            "id",
        ],
    ),
    (
        "name",
        &[
            "姓名",
            "受检者",
            "受种者姓名",
            "受种者",
            "被采样人",
            "受检人",
            "旅客姓名",
            "旅客",
            "住客",
            "人员姓名",
            "申报人",
            "人名",
            "name",
        ],
    ),
    ("former_name", &["曾用名", "former_name"]),
    ("sex", &["性别", "性别代码", "sex", "gender"]),
    (
        "id_number",
        &[
            "公民身份号码",
            "身份证号",
            "身份证号码",
            "证件号码",
            "证件号",
            "身份证件号码",
            "身份证",
            "id_number",
            "id_card",
        ],
    ),
    ("id_type", &["证件类型", "证件种类", "id_type"]),
    ("birth_date", &["出生日期", "出生年月日", "出生年月", "生日", "birth_date", "dob"]),
    ("age", &["年龄", "age"]),
    ("phone", &["联系电话", "手机号码", "手机号", "联系手机", "联系方式", "电话", "手机", "phone", "mobile"]),
    ("registered_address", &["户籍地址", "户籍地", "户口所在地", "registered_address"]),
    ("address", &["现住址", "小区楼栋", "现居住地", "居住地址", "目前居住地址", "落脚地址", "住址", "地址", "address"]),
    ("estate", &["小区", "小区名称", "estate"]),
    ("building", &["楼栋", "楼号", "building"]),
    ("unit", &["单元", "单元号", "unit"]),
    ("room", &["房号", "室号", "房间号", "门牌", "room"]),
    ("grid_code", &["网格编码", "网格编号", "网格代码", "grid_code"]),
    ("household_head", &["户主姓名", "户主", "household_head"]),
    ("relation", &["与户主关系", "relation"]),
    ("ethnicity", &["民族", "ethnicity"]),
    ("updated_at", &["更新时间", "登记时间", "登记日期", "填表日期", "采集时间", "提交时间", "updated_at"]),
];

pub(super) const GRIDS: &[(&str, Words)] = &[
    ("code", &["网格编码", "网格编号", "网格代码", "grid_code", "code"]),
    ("name", &["网格名称", "grid_name", "name"]),
    ("kind", &["网格类型", "网格类别", "kind"]),
    ("community", &["社区", "所属社区", "社区名称", "村居", "社区（村）", "community"]),
    ("street", &["街道", "所属街道", "镇街", "街道名称", "乡镇街道", "street"]),
    ("county_code", &["区县代码", "县区代码", "county_code"]),
    ("county", &["区县", "所属区县", "县区", "区县名称", "county"]),
    ("worker", &["网格员", "网格员姓名", "网格长", "worker"]),
    ("worker_phone", &["网格员电话", "网格员手机", "联系电话", "worker_phone"]),
    ("helpers", &["协助人员数", "网格协助人员", "网格助理", "兼职网格员", "helpers"]),
    (
        "estates",
        &[
            "覆盖小区",
            "覆盖范围",
            "管辖小区",
            "所辖小区",
            "管辖范围",
            "网格范围",
            "小区",
            "小区名称",
            "estates",
            "estate",
        ],
    ),
    ("buildings", &["覆盖楼栋", "楼栋", "buildings"]),
    ("road", &["覆盖道路", "道路", "road"]),
    ("numbers", &["门牌号", "门牌范围", "numbers"]),
];

/// Words of a dump's path and columns that tell whose it is; agencies with the surest words first.
pub(super) const AGENCIES: &[(&str, Words)] = &[
    ("self", &["declar", "申报", "扫码", "自主", "您的"]),
    ("health", &["核酸", "采样", "接种", "疫苗", "检测", "卫健", "隔离", "health", "vaccin", "test"]),
    ("police", &["police", "公安", "户籍", "人口", "旅馆", "铁路", "民航", "hotel"]),
    ("community", &["community", "网格", "社区", "入户", "走访"]),
];

pub(super) const EVENT_TIMES: &[(&str, Words)] = &[
    ("arrival", &["到达时间", "到达日期", "抵达时间", "入住时间", "arrived_at"]),
    ("test", &["采样时间", "检测时间", "采样日期"]),
    ("dose", &["接种日期", "接种时间"]),
    ("visit", &["入户时间", "走访时间", "走访日期"]),
    ("declaration", &["申报时间", "提交时间"]),
    ("isolation", &["隔离开始时间", "隔离日期", "开始隔离时间"]),
    ("temperature", &["测温时间", "上午测温时间"]),
];

/// Further columns of an event, by the names under which the shipped rules ask for them.
pub(super) const DETAILS: &[(&str, Words)] = &[
    ("result", &["检测结果", "核酸结果", "入户情况", "入户结果", "走访情况", "走访结果", "核查结果", "结果"]),
    ("verified", &["核验状态", "核验情况", "是否核验"]),
    ("transport", &["交通工具", "交通方式", "来返方式"]),
    ("vehicle", &["车次", "航班号", "航班", "班次", "车牌号"]),
    ("vaccine", &["疫苗名称", "疫苗"]),
    ("dose", &["剂次", "针次"]),
    ("celsius", &["上午体温", "体温"]),
];

pub(super) const PLACE_CODES: Words = &["出发地代码", "来源地代码", "地区代码"];
pub(super) const PLACES: Words = &["出发地", "来源地", "从哪里来", "采样点", "采样地点", "接种单位", "接种点", "旅馆"];
