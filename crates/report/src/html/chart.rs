use std::fmt::Write as _;

use super::{Html, trusted};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 210.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 34.0;

/// How the values of the y axis are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By powers of ten; values at or below zero are drawn at the lower edge.
    Logarithmic,
}

/// A value at a time, with the interval it is known within.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where on the x axis.
    pub x: f64,
    /// The value.
    pub y: f64,
    /// Lower and upper bound, drawn as a band.
    pub interval: Option<(f64, f64)>,
}

/// One line of a chart.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// The colour: a class of the page's style, `stable`, `canary` or `bad`.
    pub class: &'static str,
    /// The values, sorted by x.
    pub points: Vec<Point>,
    /// Whether a value holds until the next one, as weights do.
    pub stepped: bool,
}

/// A level that matters, drawn across the whole chart.
#[derive(Debug, Clone)]
pub struct Guide {
    /// The level.
    pub y: f64,
    /// What it means.
    pub label: String,
}

/// A picture of values over time as inline SVG.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The caption above it.
    pub title: String,
    /// What the x axis counts, from 0 unless a value stands before.
    pub x_label: String,
    /// The unit behind the numbers of the y axis, such as ` %`.
    pub unit: &'static str,
    /// How the y axis is laid out.
    pub scale: Scale,
    /// The smallest range that the y axis shows.
    pub range: (f64, f64),
    /// The lines.
    pub series: Vec<Series>,
    /// The level that matters, if there is one.
    pub guide: Option<Guide>,
}

/// The mapping from values to the picture's coordinates.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
    scale: Scale,
}

impl Frame {
    fn of(chart: &Chart) -> Self {
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let finite = |value: &f64| value.is_finite();
        let values = points()
            .flat_map(|point| [point.y].into_iter().chain(point.interval.iter().flat_map(|(low, high)| [*low, *high])))
            .chain(chart.guide.iter().map(|guide| guide.y))
            .filter(finite);
        let (low, high) = values.fold(chart.range, |(low, high), value| (low.min(value), high.max(value)));
        let x = points().map(|point| point.x).filter(finite).fold((0.0_f64, 0.0_f64), |(a, b), x| (a.min(x), b.max(x)));
        let x = if x.0 < x.1 { x } else { (x.0, x.0 + 1.0) };
        let y = match chart.scale {
            Scale::Linear => (low, high + (high - low).max(f64::EPSILON) * 0.05),
            Scale::Logarithmic => (low.max(1e-12).log10().floor(), high.max(1e-12).log10().ceil()),
        };
        Self { x, y, scale: chart.scale }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.x.0) / (self.x.1 - self.x.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let value = match self.scale {
            Scale::Linear => value,
            Scale::Logarithmic => value.max(1e-12).log10(),
        };
        let share = ((value - self.y.0) / (self.y.1 - self.y.0).max(f64::EPSILON)).clamp(0.0, 1.0);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    /// Returns about five round values within the y axis.
    fn ticks(&self) -> Vec<f64> {
        let (low, high) = self.y;
        let rough = ((high - low) / 4.0).max(f64::EPSILON);
        let magnitude = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * magnitude).find(|step| *step >= rough).unwrap_or(rough);
        let step = if self.scale == Scale::Logarithmic { step.max(1.0).round() } else { step };
        let mut ticks = Vec::new();
        let mut value = (low / step).ceil() * step;
        while value <= high + step * 1e-9 && ticks.len() < 12 {
            ticks.push(if self.scale == Scale::Logarithmic { 10f64.powf(value) } else { value });
            value += step;
        }
        ticks
    }
}

impl Chart {
    /// Returns the figure: caption, picture and legend.
    pub fn html(&self) -> Html {
        let svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">{}</svg>",
            Html::text(&self.title),
            self.drawing()
        );
        let legend: String = self
            .series
            .iter()
            .map(|series| {
                format!("<span><span class=\"key {}\"></span>{}</span>", series.class, Html::text(&series.name))
            })
            .collect();
        trusted(format!(
            "<figure><figcaption>{}</figcaption>{svg}<div class=\"legend\">{legend}</div></figure>",
            Html::text(&self.title)
        ))
    }

    /// Returns the picture alone, for a file that ends in `.svg`: with its legend inside, in the colours of the pages.
    pub fn svg(&self) -> String {
        let mut legend = String::new();
        for (row, series) in (0_u32..).zip(&self.series) {
            let y = TOP + 10.0 + 14.0 * f64::from(row);
            let _ = write!(
                legend,
                "<line class=\"series {}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{y}\">{}</text>",
                series.class,
                LEFT + 8.0,
                LEFT + 22.0,
                y - 4.0,
                y - 4.0,
                LEFT + 28.0,
                Html::text(&series.name)
            );
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n<title>{}</title>\n\
             <style>\n{}</style>\n{}{legend}\n</svg>\n",
            Html::text(&self.title),
            super::page::drawing_style(),
            self.drawing()
        )
    }

    /// Returns axes, lines and the level that matters.
    fn drawing(&self) -> String {
        let frame = Frame::of(self);
        let mut svg = String::new();
        self.axes(&frame, &mut svg);
        for series in &self.series {
            draw(series, &frame, &mut svg);
        }
        if let Some(guide) = &self.guide {
            let y = frame.y(guide.y);
            let _ = write!(
                svg,
                "<line class=\"guide\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text class=\"guide-label\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                WIDTH - RIGHT - 4.0,
                if y < TOP + 14.0 { y + 12.0 } else { y - 4.0 },
                Html::text(&guide.label)
            );
        }
        svg
    }

    fn axes(&self, frame: &Frame, svg: &mut String) {
        for tick in frame.ticks() {
            let y = frame.y(tick);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0,
                number(tick),
                self.unit
            );
        }
        let base = HEIGHT - BOTTOM;
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{base}\" y2=\"{base}\"/>\
             <text x=\"{LEFT}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{} {}</text>",
            WIDTH - RIGHT,
            HEIGHT - 16.0,
            number(frame.x.0),
            WIDTH - RIGHT,
            HEIGHT - 16.0,
            number(frame.x.1),
            Html::text(&self.x_label)
        );
    }
}

fn draw(series: &Series, frame: &Frame, svg: &mut String) {
    let points: Vec<&Point> = series.points.iter().filter(|point| point.x.is_finite() && point.y.is_finite()).collect();
    let class = series.class;
    let at = |x: f64, y: f64| format!("{:.1},{:.1}", frame.x(x), frame.y(y));
    let bounds: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|point| point.interval.map(|(low, high)| (point.x, low, high))).collect();
    if bounds.len() > 1 {
        let upper = bounds.iter().map(|(x, _, high)| at(*x, *high));
        let lower = bounds.iter().rev().map(|(x, low, _)| at(*x, *low));
        let outline: Vec<String> = upper.chain(lower).collect();
        let _ = write!(svg, "<polygon class=\"band {class}\" points=\"{}\"/>", outline.join(" "));
    }
    let mut line: Vec<String> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        if series.stepped && index > 0 {
            line.push(at(point.x, points[index - 1].y));
        }
        line.push(at(point.x, point.y));
    }
    let _ = write!(svg, "<polyline class=\"series {class}\" points=\"{}\"/>", line.join(" "));
    if let Some(last) = points.last() {
        let _ = write!(
            svg,
            "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>",
            frame.x(last.x),
            frame.y(last.y)
        );
    }
}

/// Returns a number as an axis shows it: at most three digits that matter, powers of ten where it is far from one.
fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(0.001..100_000.0).contains(&size) {
        return format!("{value:.0e}");
    }
    let digits = if size >= 10.0 || size == 0.0 {
        1
    } else if size >= 1.0 {
        2
    } else {
        4
    };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<Point>, scale: Scale) -> String {
        let series = vec![Series { name: "canary".to_owned(), class: "canary", points, stepped: true }];
        let guide = Some(Guide { y: 100.0, label: "1/α".to_owned() });
        let chart = Chart {
            title: "<t>".to_owned(),
            x_label: "s".to_owned(),
            unit: "",
            scale,
            range: (0.1, 10.0),
            series,
            guide,
        };
        chart.html().to_string()
    }

    #[test]
    fn odd_values_never_reach_the_picture() {
        for values in [vec![], vec![1.0], vec![f64::NAN, f64::INFINITY, 0.0, -1.0, 1e300]] {
            for scale in [Scale::Linear, Scale::Logarithmic] {
                let points = values
                    .iter()
                    .enumerate()
                    .map(|(x, y)| Point { x: f64::from(u32::try_from(x).unwrap()), y: *y, interval: Some((0.0, *y)) })
                    .collect();
                let svg = chart(points, scale);
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
                assert!(svg.contains("&lt;t&gt;"), "{svg}");
            }
        }
    }

    #[test]
    fn a_picture_alone_is_whole() {
        let points = vec![Point { x: 1.0, y: 2.0, interval: None }];
        let series = vec![Series { name: "a < b".to_owned(), class: "bad", points, stepped: false }];
        let (x_label, range) = ("s".to_owned(), (0.0, 1.0));
        let chart =
            Chart { title: "t".to_owned(), x_label, unit: "", scale: Scale::Linear, range, series, guide: None };
        let svg = chart.svg();
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{svg}");
        assert!(svg.contains("svg .bad {") && svg.contains("--bad: ") && svg.contains("a &lt; b"), "{svg}");
        assert!(!svg.contains("body {"), "{svg}");
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(0.0, "0"), (0.0125, "0.0125"), (5.0, "5"), (2.5, "2.5"), (100.0, "100"), (1e9, "1e9")] {
            assert_eq!(number(value), text);
        }
    }
}
