//! What may be done with a case now, by whoever looks: only what would be done is offered, and the server asks again.

use crate::domain::desk::{About, Deed, MayNot, NotDone, Relief, Stage, StepError, Verdict};
use crate::domain::money::Money;
use crate::review::dossier::Dossier;
use crate::web::pages::desk::form::{Builder, Choice, Form, Typed};
use crate::web::pages::desk::refusal::frozen;
use crate::web::pages::layout::Page;
use crate::web::texts::{casework as t, trust};
use crate::web::words::Words;

use super::chosen::Word;
use super::granted::is_on_its_way;
use super::timeline::Namer;

/// What stands beside the evidence.
pub(super) struct Panel {
    /// What everybody who looks must know first.
    pub(super) warnings: Vec<Words>,
    /// What waits for somebody else.
    pub(super) pending: Vec<Pending>,
    pub(super) forms: Vec<Form>,
    /// What is said when there is nothing to do.
    pub(super) instead: Option<Words>,
}

/// Something that waits: an offer, a deferral, a declaration, a proposal.
pub(super) struct Pending {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

impl Panel {
    pub(super) fn of(namer: &Namer<'_>, typed: &Typed) -> Self {
        let writer = Writer {
            namer,
            page: namer.page,
            dossier: namer.dossier,
            typed,
        };
        let forms = writer.forms();
        let instead = forms.is_empty().then(|| {
            if namer.dossier.is_officer() {
                t::ACTS_NONE
            } else {
                t::ACTS_THEIRS
            }
        });
        Self {
            warnings: writer.warnings(),
            pending: writer.pending(),
            forms,
            instead,
        }
    }
}

struct Writer<'a> {
    namer: &'a Namer<'a>,
    page: &'a Page,
    dossier: &'a Dossier,
    typed: &'a Typed,
}

impl<'a> Writer<'a> {
    fn forms(&self) -> Vec<Form> {
        let all = [
            self.take(),
            self.confirm(),
            self.check(),
            self.decide(),
            self.look(),
            self.recall(),
            self.answer(),
            self.ask(),
            self.take_in(),
            self.offer(Relief::Deferral),
            self.offer(Relief::Declaration),
            self.registers(),
            self.withdraw_proposal(),
            self.hand_on(),
            self.note(),
            self.special(),
            self.hand_over(),
            self.reopen(),
            self.conflict(),
        ];
        all.into_iter().flatten().collect()
    }

    fn form(&self, act: &'static str, title: Words, button: Words) -> Builder<'a> {
        Builder::new(self.page, self.typed, act, title, button)
    }

    fn may(&self, deed: Deed) -> bool {
        self.dossier.would(deed).is_ok()
    }

    fn me(&self) -> String {
        self.dossier.doer.who.staff().unwrap_or_default().to_owned()
    }

    fn warnings(&self) -> Vec<Words> {
        let mut warnings = Vec::new();
        if let Some(freeze) = self
            .dossier
            .frozen
            .as_ref()
            .filter(|_| !self.dossier.case().is_closed())
        {
            warnings.push(frozen(&freeze.reason));
        }
        match self.dossier.case().may_take_part(&self.dossier.doer) {
            Err(MayNot::Own) => warnings.push(t::forbidden("somebody who is not the applicant")),
            Err(MayNot::Conflict) => {
                warnings.push(t::forbidden("somebody without a conflict of interest"));
            }
            _ => {}
        }
        if matches!(
            self.dossier.would(Deed::Confirmed),
            Err(NotDone::Step(StepError::SameEyes))
        ) {
            warnings.push(t::CONFIRM_SAME);
        }
        warnings
    }

    fn pending(&self) -> Vec<Pending> {
        let case = self.dossier.case();
        let mut pending: Vec<_> = self.because().into_iter().collect();
        let reliefs = [
            (t::OFFERED, &case.offer),
            (t::DEFERRED, &case.deferral),
            (t::DECLARED, &case.declared),
        ];
        for (title, relief) in reliefs {
            let Some(relief) = relief.as_ref().filter(|_| !case.is_closed()) else {
                continue;
            };
            let until = format!("{} {}", self.page.say(t::UNTIL), relief.until);
            pending.push(Pending {
                title: self.page.say(title).into_owned(),
                lines: vec![self.namer.criteria(&relief.criteria), until],
            });
        }
        pending.extend(self.proposal());
        pending
    }

    /// Why there is a case, where that is no finding.
    fn because(&self) -> Option<Pending> {
        let words = match self.dossier.case().opening.about {
            About::Sample { because, .. } => trust::look(because),
            About::Recovery { because, .. } => trust::why(because),
            _ => return None,
        };
        Some(Pending {
            title: self.page.say(trust::BECAUSE).into_owned(),
            lines: vec![self.page.say(words).into_owned()],
        })
    }

    fn proposal(&self) -> Option<Pending> {
        let Stage::Proposed(proposal) = &self.dossier.case().stage else {
            return None;
        };
        let page = self.page;
        let agreed: Vec<_> = proposal
            .agreed
            .iter()
            .map(|one| self.namer.officer(one))
            .collect();
        let mut acts = self.dossier.view.acts.iter().rev();
        let proposed = acts.find(|act| matches!(act.deed, Deed::Proposed { .. }));
        let grounds = proposed.and_then(|act| act.words.as_ref());
        let verdict = page.say(t::verdict(proposal.verdict)).into_owned();
        let mut lines = vec![
            format!("{verdict} · {}", page.money(proposal.amount)),
            format!("{}: {}", page.say(t::PROPOSED_BY), agreed.join("、")),
            format!("{}: {}", page.say(t::PROPOSED_NEEDS), proposal.needs),
        ];
        lines.extend(grounds.map(|words| words.reveal().clone()));
        Some(Pending {
            title: page.say(t::PROPOSED).into_owned(),
            lines,
        })
    }

    fn take(&self) -> Option<Form> {
        let officer = self.me();
        let (deed, title) = match self.dossier.case().officer {
            None => (Deed::Assigned { officer }, t::TAKE),
            Some(_) => (Deed::HandedOver { officer }, t::TAKE_OVER),
        };
        if !self.may(deed) {
            return None;
        }
        let is_free = title == t::TAKE;
        let form = self.form("take", title.clone(), title).text(t::TAKE_TEXT);
        Some(if is_free { form.first() } else { form }.done())
    }

    fn confirm(&self) -> Option<Form> {
        let Stage::Proposed(proposal) = &self.dossier.case().stage else {
            return None;
        };
        if !self.may(Deed::Confirmed) {
            return None;
        }
        let is_last = proposal.agreed.len() + 1 >= usize::from(proposal.needs);
        let text = if is_last {
            t::CONFIRM_TEXT
        } else {
            t::CONFIRM_MORE
        };
        let form = self.form("confirm", t::CONFIRM, t::CONFIRM_DO).text(text);
        let form = form.area("words", t::CONFIRM_WORDS, t::REASON_HINT, "", 3);
        Some(form.first().done())
    }

    fn decide(&self) -> Option<Form> {
        if !self.may(Word::Refuse.deed()) {
            return None;
        }
        let page = self.page;
        let is_frozen = self.dossier.frozen.is_some();
        let approve = self.may(Word::Approve.deed()) && !is_frozen;
        let choices = vec![
            self.choice(Word::Approve).closed(!approve),
            self.choice(Word::Refuse),
        ];
        let mut form = self
            .form("preview", t::DECIDE, t::PREVIEW)
            .text(t::DECIDE_TEXT);
        let left = self.dossier.unsettled();
        if !left.is_empty() {
            let open = page.say(t::STILL_OPEN);
            form = form.said(format!("{open}{}", self.namer.criteria(&left)));
        }
        Some(judged(form, choices, t::LEGAL_BASIS))
    }

    fn choice(&self, word: Word) -> Choice {
        Choice::new(word.as_str(), self.page.say(word.words()))
    }

    /// 抽查: whether the machine was right.
    fn look(&self) -> Option<Form> {
        if !self.may(Word::Right.deed()) {
            return None;
        }
        let granted = self.dossier.granted.as_ref();
        let is_held = granted.is_some_and(|granted| granted.is_held);
        let stands = is_held && self.dossier.frozen.is_some();
        let choices = vec![
            self.choice(Word::Right).closed(stands),
            self.choice(Word::Wrong),
        ];
        let form = self.form("preview", trust::LOOK, t::PREVIEW);
        let form = form.text(trust::LOOK_TEXT);
        let form = if is_held {
            form.text(trust::LOOK_HELD)
        } else {
            form
        };
        Some(judged(form, choices, trust::BASIS))
    }

    /// 追回: whether a payment has to come back.
    fn recall(&self) -> Option<Form> {
        if !self.may(Word::Recover.deed()) {
            return None;
        }
        let waits = is_on_its_way(self.dossier);
        let choices = vec![
            self.choice(Word::Recover).closed(waits),
            self.choice(Word::LetBe),
        ];
        let form = self.form("preview", trust::RECALL, t::PREVIEW);
        let form = form.text(trust::RECALL_TEXT);
        let form = if waits {
            form.text(trust::RECALL_ON_ITS_WAY)
        } else {
            form
        };
        Some(judged(form, choices, trust::BASIS))
    }

    fn answer(&self) -> Option<Form> {
        let deed = Deed::Proposed {
            verdict: Verdict::Answer,
            amount: Money::ZERO,
            needs: 1,
        };
        let form = self.form("answer", t::ANSWER, t::ANSWER_DO);
        let form = form.area("words", t::ANSWER_WORDS, t::REASON_HINT, "", 4);
        self.may(deed).then(|| form.first().done())
    }

    fn ask(&self) -> Option<Form> {
        let deed = Deed::Asked {
            criteria: Vec::new(),
            until: self.dossier.now.china_date(),
        };
        if !self.may(deed) {
            return None;
        }
        let left = self.dossier.unsettled();
        let form = self.form("ask", t::ASK, t::ASK_DO).text(t::ASK_TEXT);
        let form = if left.is_empty() {
            // Nothing is open by the rules, or there are none: it is about the matter as a whole.
            form.hidden("whole", "yes")
        } else {
            form.checks("criteria", t::ASK_CRITERIA, self.chosen(&left))
        };
        let form = form.area(
            "words",
            t::ASK_WORDS,
            t::ASK_HINT,
            &self.everything_missing(&left),
            8,
        );
        Some(form.done())
    }

    /// All that is open, one below the other, for the officer to complete.
    fn everything_missing(&self, left: &[String]) -> String {
        let findings = self
            .dossier
            .filing
            .iter()
            .flat_map(|filing| &filing.findings);
        let open = findings.filter(|finding| left.contains(&finding.criterion));
        let mut lines = Vec::new();
        for (at, finding) in open.enumerate() {
            let (title, reason) = (
                self.page.text(&finding.title),
                self.page.text(&finding.reason),
            );
            let advice = finding.advice.as_ref().map(|text| self.page.text(text));
            let advice = advice.unwrap_or_default();
            lines.push(
                format!("{}. {title}: {reason} {advice}", at + 1)
                    .trim()
                    .to_owned(),
            );
        }
        lines.join("\n")
    }

    fn chosen(&self, criteria: &[String]) -> Vec<Choice> {
        let choice = |id: &String| Choice::new(id.clone(), self.namer.criterion(id)).chosen(true);
        criteria.iter().map(choice).collect()
    }

    fn take_in(&self) -> Option<Form> {
        let form = self.form("take-in", t::TAKE_IN, t::TAKE_IN_DO);
        let form = form.text(t::TAKE_IN_TEXT);
        self.may(Deed::Supplied).then(|| form.done())
    }

    fn offer(&self, relief: Relief) -> Option<Form> {
        let terms = &self.dossier.case().opening.rules.terms;
        let (act, title, text, may) = match relief {
            Relief::Deferral => (
                "offer-deferral",
                t::OFFER_DEFERRAL,
                t::OFFER_DEFERRAL_TEXT,
                &terms.deferrable,
            ),
            Relief::Declaration => (
                "offer-declaration",
                t::OFFER_DECLARATION,
                t::OFFER_DECLARATION_TEXT,
                &terms.declarable,
            ),
        };
        let mut criteria = self.dossier.unsettled();
        criteria.retain(|criterion| may.contains(criterion));
        let deed = Deed::Offered {
            relief,
            criteria: criteria.clone(),
            until: self.dossier.now.china_date(),
        };
        if !self.may(deed) {
            return None;
        }
        let form = self.form(act, title, t::OFFER_DO).text(text);
        let form = form.checks("criteria", t::ASK_CRITERIA, self.chosen(&criteria));
        Some(form.done())
    }

    fn registers(&self) -> Option<Form> {
        let case = self.dossier.case();
        let may = case.opening.about.is_referral() && self.may(Deed::Noted);
        let form = self.form("registers", t::REGISTERS, t::REGISTERS_DO);
        let form = form.text(t::REGISTERS_TEXT);
        may.then(|| form.done())
    }

    fn withdraw_proposal(&self) -> Option<Form> {
        let form = self.form("withdraw-proposal", t::WITHDRAW_PROPOSAL, t::WITHDRAW_DO);
        let form = form.area("words", t::REASON, t::REASON_HINT, "", 3);
        self.may(Deed::ProposalWithdrawn).then(|| form.done())
    }

    fn check(&self) -> Option<Form> {
        if !self.may(Deed::Checked { held: true }) {
            return None;
        }
        let page = self.page;
        let choices = vec![
            Choice::new("yes", page.say(t::CHECK_HELD)),
            Choice::new("no", page.say(t::CHECK_BROKEN)),
        ];
        let form = self.form("check", t::CHECK, t::CHECK_DO);
        let form = form.radios("held", t::CHECK_TEXT, choices).area(
            "words",
            t::CHECK_WORDS,
            t::REASON_HINT,
            "",
            3,
        );
        Some(form.first().done())
    }

    fn hand_on(&self) -> Option<Form> {
        let form = self.form("hand-on", t::HAND_ON, t::HAND_ON_DO);
        let form = form.line("to", t::HAND_ON_TO, None, 200).area(
            "words",
            t::HAND_ON_WORDS,
            t::REASON_HINT,
            "",
            3,
        );
        let to = String::new();
        self.may(Deed::HandedOn { to }).then(|| form.done())
    }

    fn note(&self) -> Option<Form> {
        let form = self.form("note", t::NOTE, t::NOTE_DO);
        let form = form.area("words", t::NOTE_WORDS, t::NOTE_HINT, "", 3);
        self.may(Deed::Noted).then(|| form.done())
    }

    fn special(&self) -> Option<Form> {
        let page = self.page;
        let days = self.dossier.case().opening.rules.special_days;
        let text = page.say(t::MARK_SPECIAL_TEXT);
        let unit = page.say(t::WORKING_DAYS);
        let form = self.form("special", t::MARK_SPECIAL, t::MARK_SPECIAL);
        let form = form.said(format!("{text} {days} {unit}")).area(
            "words",
            t::REASON,
            t::REASON_HINT,
            "",
            2,
        );
        self.may(Deed::MarkedSpecial).then(|| form.done())
    }

    fn hand_over(&self) -> Option<Form> {
        let officer = "?".to_owned();
        let deed = match self.dossier.case().officer {
            None => Deed::Assigned { officer },
            Some(_) => Deed::HandedOver { officer },
        };
        if !self.may(deed) {
            return None;
        }
        let page = self.page;
        let choose = Choice::new("", page.say(t::CHOOSE));
        let each = self.dossier.candidates.iter().map(|one| {
            let label = format!("{} ({})", one.officer.name, one.load);
            Choice::new(one.officer.subject.clone(), label)
        });
        let choices: Vec<_> = std::iter::once(choose).chain(each).collect();
        let form = self.form("hand-over", t::HAND_OVER, t::HAND_OVER);
        let form = if choices.len() == 1 {
            form.text(t::HAND_OVER_NOBODY)
        } else {
            form
        };
        let form = form.select("officer", t::HAND_OVER_TO, choices);
        let form = form.area("words", t::REASON, t::REASON_HINT, "", 2);
        Some(form.done())
    }

    fn reopen(&self) -> Option<Form> {
        let form = self
            .form("reopen", t::REOPEN, t::REOPEN_DO)
            .text(t::REOPEN_TEXT);
        let form = form.area("words", t::REASON, t::REASON_HINT, "", 3);
        self.may(Deed::Reopened).then(|| form.done())
    }

    fn conflict(&self) -> Option<Form> {
        let case = self.dossier.case();
        let takes_part = case.may_take_part(&self.dossier.doer).is_ok();
        let may = case.opening.applicant.is_some() && takes_part && !case.is_closed();
        let form = self.form("conflict", t::CONFLICT, t::CONFLICT_DO);
        let form = form.text(t::CONFLICT_TEXT);
        may.then(|| form.done())
    }
}

/// What every decision is made of: what it is, on what grounds, and by which rule where it burdens somebody.
fn judged(form: Builder<'_>, choices: Vec<Choice>, basis: Words) -> Form {
    let form = form
        .radios("verdict", t::VERDICT, choices)
        .area("grounds", t::GROUNDS, t::GROUNDS_HINT, "", 4)
        .line("legal_basis", basis, Some(t::LEGAL_BASIS_HINT), 2_000);
    form.first().done()
}
