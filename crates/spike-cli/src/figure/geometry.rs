//! Positions and extents on the page.

/// A position in pixels from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Pixels to the right.
    pub(crate) x: f64,
    /// Pixels downwards.
    pub(crate) y: f64,
}

impl Point {
    /// The point `x` pixels to the right of and `y` pixels below the upper left corner.
    pub(crate) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The same, `dx` to the right and `dy` down.
    pub(super) fn shifted(self, dx: f64, dy: f64) -> Self {
        Self::new(self.x + dx, self.y + dy)
    }
}

/// An upright rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) left: f64,
    /// Upper edge.
    pub(crate) top: f64,
    /// Extent to the right.
    pub(crate) width: f64,
    /// Extent downwards.
    pub(crate) height: f64,
}

impl Area {
    /// The area with the given upper left corner and extent.
    pub(crate) const fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, width, height }
    }

    /// The right edge.
    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The lower edge.
    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The same, `dx` to the right and `dy` down.
    pub(super) fn shifted(self, dx: f64, dy: f64) -> Self {
        Self { left: self.left + dx, top: self.top + dy, ..self }
    }
}
