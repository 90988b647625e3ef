//! Who gets a case: of those in charge the one with the least to do.

use crate::domain::district::DistrictCode;

/// Somebody who handles cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Subject at the identity provider.
    pub subject: String,
    /// Name, as applicants see it on their tracking card.
    pub name: String,
    /// How to reach them, as applicants see it.
    pub contact: String,
    /// Their district; none at city level.
    pub district: Option<DistrictCode>,
    /// Whether they are away: nothing new comes to them.
    pub away: bool,
}

/// An officer who might get a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub officer: Officer,
    /// Open cases they have.
    pub load: i64,
    /// Whether they must not handle this one: it is their own, or they declared a conflict.
    pub conflict: bool,
}

/// Whether a case of this district is handled at city level: directly-affiliated units, and what lies in no one district.
#[must_use]
pub fn is_city_level(district: Option<DistrictCode>) -> bool {
    district.is_none_or(|district| district == district.city())
}

/// The officer of the case's district with the fewest open cases; where nobody is there, one at city level. Equal ones in the order
/// of their subjects, so that everybody who asks gets the same answer.
#[must_use]
pub fn assign(candidates: &[Candidate], district: Option<DistrictCode>) -> Option<&Officer> {
    let least = |own: &dyn Fn(&Officer) -> bool| {
        candidates
            .iter()
            .filter(|one| !one.conflict && !one.officer.away && own(&one.officer))
            .min_by_key(|one| (one.load, &one.officer.subject))
            .map(|one| &one.officer)
    };
    // Nobody gets what they do not see: who belongs to the city's own code sees that code alone, and who has no district sees all.
    let sees_all = |officer: &Officer| officer.district.is_none();
    if is_city_level(district) {
        return least(&|officer| officer.district == district || sees_all(officer));
    }
    least(&|officer| officer.district == district).or_else(|| least(&sees_all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(subject: &str, district: Option<&str>, load: i64) -> Candidate {
        Candidate {
            officer: Officer {
                subject: subject.to_owned(),
                name: "王".to_owned(),
                contact: "0757-1".to_owned(),
                district: district.map(|code| code.parse().unwrap()),
                away: false,
            },
            load,
            conflict: false,
        }
    }

    fn gets(candidates: &[Candidate], district: Option<&str>) -> Option<String> {
        let district = district.map(|code| code.parse().unwrap());
        assign(candidates, district).map(|officer| officer.subject.clone())
    }

    #[test]
    fn the_one_of_the_district_with_the_least_to_do_gets_it() {
        let all = [
            one("a", Some("440604"), 3),
            one("c", Some("440604"), 2),
            one("b", Some("440604"), 2),
            one("d", Some("440605"), 0),
            one("e", None, 0),
        ];
        assert_eq!(gets(&all, Some("440604")).as_deref(), Some("b"));
        let mut reversed = all.clone();
        reversed.reverse();
        assert_eq!(gets(&reversed, Some("440604")).as_deref(), Some("b"));
    }

    #[test]
    fn the_city_handles_its_own_units_what_crosses_districts_and_what_nobody_else_can() {
        let mut all = [one("a", Some("440604"), 0), one("z", None, 9)];
        assert_eq!(gets(&all, Some("440600")).as_deref(), Some("z"));
        assert_eq!(gets(&all, None).as_deref(), Some("z"));
        assert_eq!(gets(&all, Some("440605")).as_deref(), Some("z"));
        all[0].officer.away = true;
        assert_eq!(gets(&all, Some("440604")).as_deref(), Some("z"));
        all[0].officer.away = false;
        all[0].conflict = true;
        assert_eq!(gets(&all, Some("440604")).as_deref(), Some("z"));
        all[1].conflict = true;
        assert_eq!(gets(&all, Some("440604")), None);
    }
    #[test]
    fn nobody_gets_a_case_that_they_do_not_see() {
        let city = [one("c", Some("440600"), 0)];
        assert_eq!(gets(&city, Some("440600")).as_deref(), Some("c"));
        assert_eq!(gets(&city, Some("440604")), None);
        assert_eq!(gets(&city, None), None);
    }
}
