//! Mutual information of stimuli and responses: estimators, one a file, and what each estimate is reported with.

pub(crate) mod bounds;
pub(crate) mod channel;
pub(crate) mod direct;
pub(crate) mod entropies;
pub(crate) mod estimate;
pub(crate) mod ksg;
pub(crate) mod miller_madow;
pub(crate) mod nsb;
pub(crate) mod panzeri_treves;
pub(crate) mod plug_in;
pub(crate) mod quadratic;
pub(crate) mod resample;
pub(crate) mod table;
