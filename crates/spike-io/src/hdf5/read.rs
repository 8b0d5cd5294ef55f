//! Groups, arrays and texts of an HDF5 file in memory.

use super::Hdf5Error;
use hdf5_pure::{DType, Dataset, File, Group, VlenStringReadOptions};

/// Most bytes that one byte of a compressed file can hold (DEFLATE).
const EXPANSION: u64 = 1032;

/// A group of an opened file.
pub(crate) struct Hdf5Group {
    group: Group,
    path: String,
    num_bytes: u64,
}

/// Something with the lengths of its axes.
pub(crate) type Shaped<T> = (Vec<usize>, T);

/// The elements of an array as they are stored: whole numbers, or one of two precisions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Values {
    Ints(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Texts(Vec<String>),
    /// An enumeration of FALSE and TRUE, as h5py stores them.
    Bools(Vec<bool>),
}

impl Hdf5Group {
    /// The root of a file.
    pub(crate) fn root(bytes: &[u8]) -> Result<Self, Hdf5Error> {
        let structure =
            |reason: hdf5_pure::Error| Hdf5Error::Structure { path: "/".into(), reason: reason.to_string() };
        let file = File::from_bytes(bytes.to_vec()).map_err(structure)?;
        let (found, expected) = (bytes.len() as u64, file.superblock().eof_address);
        if found < expected {
            return Err(Hdf5Error::CutShort { found, expected });
        }
        Ok(Self { group: file.root(), path: String::new(), num_bytes: found })
    }

    fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    fn structure(&self, name: &str) -> impl Fn(hdf5_pure::Error) -> Hdf5Error {
        let path = self.at(name);
        move |error| Hdf5Error::Structure { path: path.clone(), reason: error.to_string() }
    }

    /// What is said of an array that the format does not allow.
    pub(crate) fn refuse(&self, name: &str, found: impl Into<String>, allowed: &'static str) -> Hdf5Error {
        Hdf5Error::Content { path: self.at(name), found: found.into(), allowed }
    }

    pub(crate) fn missing(&self, name: &str) -> Hdf5Error {
        Hdf5Error::Missing { path: self.at(name) }
    }

    /// The names of all groups in this one.
    pub(crate) fn groups(&self) -> Result<Vec<String>, Hdf5Error> {
        self.group.groups().map_err(self.structure(""))
    }

    /// The names of all arrays in this group.
    pub(crate) fn arrays(&self) -> Result<Vec<String>, Hdf5Error> {
        self.group.datasets().map_err(self.structure(""))
    }

    /// A group in this one, if there is one of that name.
    pub(crate) fn group(&self, name: &str) -> Result<Option<Self>, Hdf5Error> {
        if !self.groups()?.iter().any(|found| found == name) {
            return Ok(None);
        }
        let group = self.group.group(name).map_err(self.structure(name))?;
        Ok(Some(Self { group, path: self.at(name), num_bytes: self.num_bytes }))
    }

    /// A group that the format requires.
    pub(crate) fn needed_group(&self, name: &str) -> Result<Self, Hdf5Error> {
        self.group(name)?.ok_or_else(|| self.missing(name))
    }

    fn dataset(&self, name: &str) -> Result<Option<Dataset>, Hdf5Error> {
        if !self.arrays()?.iter().any(|found| found == name) {
            return Ok(None);
        }
        self.group.dataset(name).map(Some).map_err(self.structure(name))
    }

    /// The shape of an array that the file can hold.
    fn checked_shape(&self, name: &str, dataset: &Dataset) -> Result<Vec<usize>, Hdf5Error> {
        let lengths = dataset.shape().map_err(self.structure(name))?;
        let element = dataset.element_size().map_err(self.structure(name))?.max(1);
        let limit = self.num_bytes.saturating_mul(EXPANSION);
        let size = lengths.iter().try_fold(element, |size, &length| size.checked_mul(length));
        let shape: Option<Vec<usize>> = lengths.iter().map(|&length| usize::try_from(length).ok()).collect();
        match (size, shape) {
            (Some(size), Some(shape)) if size <= limit => Ok(shape),
            _ => Err(Hdf5Error::TooLarge { path: self.at(name), shape: lengths, num_bytes: self.num_bytes }),
        }
    }

    /// An array of any kind, if there is one of that name.
    pub(crate) fn array(&self, name: &str) -> Result<Option<Shaped<Values>>, Hdf5Error> {
        let Some(dataset) = self.dataset(name)? else { return Ok(None) };
        let shape = self.checked_shape(name, &dataset)?;
        let failed = self.structure(name);
        let values = match dataset.dtype().map_err(&failed)? {
            DType::F32 => Values::F32(dataset.read_f32().map_err(failed)?),
            DType::F64 => Values::F64(dataset.read_f64().map_err(failed)?),
            DType::String | DType::VariableLengthString => Values::Texts(self.strings(name, &dataset)?),
            DType::Enum(names) if names == ["FALSE", "TRUE"] => {
                Values::Bools(dataset.read_i64().map_err(failed)?.into_iter().map(|value| value != 0).collect())
            }
            _ => Values::Ints(dataset.read_i64().map_err(failed)?),
        };
        let stored = match &values {
            Values::Ints(values) => values.len(),
            Values::F32(values) => values.len(),
            Values::F64(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Bools(values) => values.len(),
        };
        if shape.iter().product::<usize>() != stored {
            return Err(self.refuse(
                name,
                format!("{stored} elements of shape {shape:?}"),
                "as many as its shape says",
            ));
        }
        Ok(Some((shape, values)))
    }

    /// A text that is an attribute of an array.
    pub(crate) fn attribute_text(&self, array: &str, name: &str) -> Result<Option<String>, Hdf5Error> {
        let Some(dataset) = self.dataset(array)? else { return Ok(None) };
        let attributes = dataset.attrs().map_err(self.structure(array))?;
        match attributes.get(name) {
            None => Ok(None),
            Some(value) => match value.as_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(self.refuse(array, format!("an array whose {name} is no text"), "text")),
            },
        }
    }

    fn strings(&self, name: &str, dataset: &Dataset) -> Result<Vec<String>, Hdf5Error> {
        // Texts may share their bytes in the file; a small multiple is honest, more is a bomb.
        const SHARED: u64 = 4;
        let size = dataset.vlen_string_payload_size().unwrap_or(0);
        if self.num_bytes.saturating_mul(SHARED) < size {
            let reason = format!("texts of {size} bytes in a file of {}", self.num_bytes);
            return Err(Hdf5Error::Structure { path: self.at(name), reason });
        }
        dataset
            .read_vlen_strings(VlenStringReadOptions::default())
            .or_else(|_| dataset.read_string())
            .map_err(self.structure(name))
    }

    /// The texts of an array.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Hdf5Error> {
        match self.array(name)? {
            None => Ok(None),
            Some((_, Values::Texts(texts))) => Ok(Some(texts)),
            Some(_) => Err(self.refuse(name, "an array of numbers", "text")),
        }
    }

    /// One text, alone or as the only element of an array.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Hdf5Error> {
        let Some(mut texts) = self.texts(name)? else { return Ok(None) };
        match (texts.pop(), texts.is_empty()) {
            (Some(text), true) => Ok(Some(text)),
            _ => Err(self.refuse(name, format!("{} texts", texts.len()), "one text")),
        }
    }

    /// Whole numbers with their shape; real numbers that are whole count.
    pub(crate) fn ints(&self, name: &str) -> Result<Option<Shaped<Vec<i64>>>, Hdf5Error> {
        const ALLOWED: &str = "whole numbers";
        let whole = |value: f64| {
            let fits = value.trunc() == value && value.abs() < 9.0e15;
            fits.then_some(value as i64).ok_or_else(|| self.refuse(name, format!("{value}"), ALLOWED))
        };
        let Some((shape, values)) = self.array(name)? else { return Ok(None) };
        let ints = match values {
            Values::Ints(values) => values,
            Values::F32(values) => values.into_iter().map(|value| whole(value.into())).collect::<Result<_, _>>()?,
            Values::F64(values) => values.into_iter().map(whole).collect::<Result<_, _>>()?,
            Values::Bools(_) => return Err(self.refuse(name, "true or false", ALLOWED)),
            Values::Texts(_) => return Err(self.refuse(name, "text", ALLOWED)),
        };
        Ok(Some((shape, ints)))
    }

    /// Lengths of axes.
    pub(crate) fn lengths(&self, name: &str) -> Result<Option<Vec<usize>>, Hdf5Error> {
        let Some((_, values)) = self.ints(name)? else { return Ok(None) };
        let lengths: Option<Vec<usize>> = values.iter().map(|&value| usize::try_from(value).ok()).collect();
        lengths.map(Some).ok_or_else(|| self.refuse(name, format!("{values:?}"), "lengths from 0"))
    }
}
