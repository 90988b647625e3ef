//! Made-up names.

use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;

const SURNAMES: [&str; 40] = [
    "陈", "李", "黄", "梁", "林", "何", "罗", "吴", "郭", "谢", "邓", "冯", "曾", "蔡", "潘", "卢",
    "苏", "叶", "钟", "谭", "霍", "区", "麦", "关", "简", "招", "庞", "岑", "伍", "莫", "欧阳",
    "司徒", "上官", "赵", "钱", "孙", "周", "郑", "王", "冼",
];
const GIVEN_FIRST: [&str; 36] = [
    "知", "望", "书", "景", "怀", "若", "映", "砚", "亦", "予", "清", "疏", "澄", "霁", "朗", "暮",
    "采", "沐", "徽", "昭", "修", "屿", "临", "沛", "栩", "其", "筠", "毓", "瑾", "琢", "弘", "致",
    "济", "浥", "存", "乐",
];
const GIVEN_LAST: [&str; 36] = [
    "遥", "舟", "衡", "蘅", "棠", "岚", "澜", "庭", "皓", "霖", "珩", "宁", "川", "野", "禾", "笙",
    "砺", "勉", "辰", "芷", "薇", "樾", "潼", "煦", "晏", "竹", "锴", "嵘", "骁", "鸢", "荇", "渝",
    "沅", "苓", "堃", "赫",
];
/// Characters that GBK lacks, or that lie outside the basic plane, or that the general standard list added late.
const RARE: [&str; 6] = ["䶮", "𠮷", "㛃", "𬭚", "𫖯", "䴙"];
const FAMILY_FOREIGN: [&str; 16] = [
    "ARKWELL",
    "BRAUNFELD",
    "CASTELMOR",
    "DAHLQUIST",
    "EVERDEEN",
    "FARNHOLT",
    "GRIMALKIN",
    "HOLLOWAY-REYES",
    "IVERNOIS",
    "JUNKERSTEIN",
    "KALLIOPE",
    "LINDQVARN",
    "MORVANNE",
    "NAKAHOSHI",
    "O'SHAUGHNELL",
    "PETROVSKAYAN",
];
const GIVEN_FOREIGN: [&str; 14] = [
    "ALDOUS", "BEATRIX", "CORNELIA", "DESMOND", "ELOWEN", "FENELLA", "GIDEON", "HESTIA",
    "IGNATIUS", "JOCASTA", "LEOPOLD", "MIRABEL", "OCTAVIAN", "PERPETUA",
];
const DOTTED_GIVEN: [&str; 10] = [
    "阿依仙古丽",
    "努尔巴合提江",
    "古丽米热木",
    "艾力亚尔江",
    "塔依尔别克",
    "木叶尔赛提",
    "帕丽哈提娜",
    "赛力克江木",
    "迪丽孜巴努",
    "叶尔波力江",
];
const DOTTED_FATHER: [&str; 10] = [
    "阿不都卡哈尔",
    "买合木提江",
    "吐尔逊那依",
    "哈力木拉提",
    "沙吾提别克",
    "依布拉音江",
    "巴哈提亚尔",
    "努斯热提江",
    "库尔班那孜",
    "艾合买提江",
];

/// One of a list; every list here has entries, so the fallback never shows.
pub(crate) fn one_of<'a>(list: &[&'a str], rng: &mut ChaCha20Rng) -> &'a str {
    list.get(rng.random_range(0..list.len().max(1)))
        .copied()
        .unwrap_or("")
}

/// Surname and two given characters: long enough not to be mistaken for an ordinary word in some text.
pub(crate) fn chinese(rng: &mut ChaCha20Rng) -> String {
    let (surname, first, last) = (
        one_of(&SURNAMES, rng),
        one_of(&GIVEN_FIRST, rng),
        one_of(&GIVEN_LAST, rng),
    );
    format!("{surname}{first}{last}")
}

/// A name with a character that old code pages cannot hold.
pub(crate) fn rare(rng: &mut ChaCha20Rng) -> String {
    let (surname, first, last) = (
        one_of(&SURNAMES, rng),
        one_of(&GIVEN_FIRST, rng),
        one_of(&RARE, rng),
    );
    format!("{surname}{first}{last}")
}

/// A given name and a father's name with a dot between.
pub(crate) fn dotted(rng: &mut ChaCha20Rng) -> String {
    let (given, father) = (one_of(&DOTTED_GIVEN, rng), one_of(&DOTTED_FATHER, rng));
    format!("{given}·{father}")
}

/// A name of some thirty characters.
pub(crate) fn long(rng: &mut ChaCha20Rng) -> String {
    let mut parts = vec![one_of(&DOTTED_GIVEN, rng)];
    parts.extend((0..4).map(|_| one_of(&DOTTED_FATHER, rng)));
    parts.join("·")
}

/// Family name and given name as a travel document prints them.
pub(crate) fn foreign(rng: &mut ChaCha20Rng) -> String {
    let (family, given) = (one_of(&FAMILY_FOREIGN, rng), one_of(&GIVEN_FOREIGN, rng));
    format!("{family} {given}")
}

/// The same person as another register spells the name: the last character is another one.
pub(crate) fn respelled(name: &str) -> String {
    let mut characters: Vec<char> = name.chars().collect();
    if let Some(last) = characters.last_mut() {
        *last = if *last == '赟' { '斌' } else { '赟' };
    }
    characters.into_iter().collect()
}
