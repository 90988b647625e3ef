//! Values of the field, and nothing that touches the world.
//!
//! Every module here is a pure value: it can be made only from something valid, it has one text form, and what it refuses it
//! refuses with an error that says what is wrong. Nothing here reads a clock, draws a random number, opens a file or a socket.
//!
//! | module | what it holds |
//! |---|---|
//! | [`money`] | whole fen, exact sums, splits and shares |
//! | [`time`] | instants (microseconds UTC), dates, months |
//! | [`id`] | UUIDv7 ids, one type a thing; the instruction id |
//! | [`hash`], [`canonical`] | SHA-256 and the canonical JSON that is hashed |
//! | [`source`] | the registers that are asked |
//! | [`calendar`] | working days, public holidays and made-up working days |
//! | [`document`] | identity documents, read strictly, shown masked |
//! | [`name`] | people's names, and when two are one |
//! | [`uscc`] | unified social credit codes of organisations |
//! | [`certificate`] | numbers of degree and education certificates |
//! | [`bank`] | bank codes and accounts |
//! | [`district`] | administrative divisions |
//! | [`person`] | who acts: applicants, staff and their roles, and what is private about them |
//! | [`session`] | browsers: sessions, sign-ins under way, forms kept for them |
//! | [`application`] | an application as a state machine |
//! | [`evidence`], [`form`] | what registers answered, and the form filled from it |
//! | [`typing`] | what is being typed into a form that is not filed yet |
//! | [`fit`] | which policies fit a person, told before they apply |
//! | [`signal`] | what a person should look at though every condition is met |
//! | [`breaker`] | when approval by machine stops by itself |
//! | [`draw`] | which approvals of the machine people look at |
//! | [`decision`], [`award`], [`payment`], [`ledger`] | what was decided, granted, paid, and where every fen is |
//! | [`month_end`] | 月报: what a month did to each budget line |
//! | [`budget_order`] | 预算调整单: what two people answer for before a line is granted more or less, and the end of a year |
//! | [`forecast`] | instalments to come by month and line, who waits, and where a line is short |
//! | [`batch`] | a set of payout files: prepared, approved by another, released once |
//! | [`recovery`] | what is held, what is to come back, who is watched after payment |
//! | [`notice`] | what an applicant is told, and in which words |
//! | [`desk`] | the reviewer's desk: cases, their officers, clocks and cards |
//! | [`causes`] | why the machine referred, month by month, and what would make it approve |
//! | [`rating`] | what applicants say about the service, and by when who is not content is answered |
//! | [`treasury`] | what the treasury tells of its own accord: call-backs, statements, its ledger |
//! | [`statement`] | 对账: what treasury and bank tell in statements, how it differs, and the cases that follow |
//! | [`audit`] | acts, looks at personal data, alarms |
//! | [`figures`] | what the service promises, and how it has kept it |

pub mod application;
pub mod audit;
pub mod award;
pub mod bank;
pub mod batch;
pub mod breaker;
pub mod budget_order;
pub mod calendar;
pub mod canonical;
pub mod causes;
pub mod certificate;
mod check_digit;
pub mod decision;
pub mod desk;
pub mod district;
pub mod document;
pub mod draw;
pub mod evidence;
pub mod facts;
pub mod figures;
pub mod fit;
pub mod forecast;
pub mod form;
pub mod hash;
pub mod id;
pub mod judgement;
pub mod ledger;
pub mod mask;
pub mod money;
pub mod month_end;
pub mod months;
pub mod name;
pub mod notice;
pub mod payment;
pub mod person;
pub mod policy;
pub mod rating;
pub mod reading;
pub mod recovery;
pub mod session;
pub mod signal;
pub mod source;
pub mod statement;
pub mod time;
pub mod treasury;
pub mod typing;
pub mod upload;
pub mod uscc;
