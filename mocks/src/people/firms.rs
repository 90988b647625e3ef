//! Made-up employers. Every name begins with 样例 ("sample"), so that nobody takes one for a real firm.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

use super::checks::{organisation_check, uscc_check};
use super::names::one_of;
use super::records::Nature;

const STEMS: [&str; 24] = [
    "云杉", "青屿", "石湾", "松烟", "鹭洲", "白榆", "飞泉", "汀兰", "星槎", "远岫", "砚池", "沧波",
    "麦浪", "铁衣", "陶然", "南枝", "金屏", "禅溪", "玉律", "岭海", "鲸川", "竹韵", "晴峦", "赤璋",
];
const TRADES: [&str; 10] = [
    "精密机械",
    "陶瓷材料",
    "新能源",
    "生物医药",
    "智能装备",
    "半导体",
    "环境科技",
    "软件",
    "食品科学",
    "光电",
];
/// Today's five districts of Foshan (GB/T 2260).
const DISTRICTS: [&str; 5] = ["440604", "440605", "440606", "440607", "440608"];

/// An employer.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Firm {
    pub(crate) uscc: String,
    pub(crate) name: String,
    pub(crate) nature: Nature,
    pub(crate) district: &'static str,
}

/// The `index`-th employer of this seed; the same whoever asks.
pub(crate) fn firm(seed: u64, index: u64, nature: Nature) -> Firm {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    rng.set_stream((1 << 40) + index * 4 + nature as u64);
    let district = one_of(&DISTRICTS, &mut rng);
    let (stem, trade) = (one_of(&STEMS, &mut rng), one_of(&TRADES, &mut rng));
    let (prefix, name) = match nature {
        Nature::Enterprise => ("91", format!("样例{stem}{trade}有限公司第{index}号")),
        Nature::PublicInstitution => ("12", format!("样例{stem}{trade}研究院第{index}号")),
        Nature::Government => ("11", format!("样例{stem}局第{index}号")),
        Nature::SocialOrganisation => ("51", format!("样例{stem}{trade}促进会第{index}号")),
    };
    let body = format!("{:08}", rng.random_range(0..100_000_000_u32));
    let mut uscc = format!("{prefix}{district}{body}{}", organisation_check(&body));
    uscc.push(uscc_check(&uscc));
    Firm {
        uscc,
        name,
        nature,
        district,
    }
}
