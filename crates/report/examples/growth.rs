//! Draws how a number grows with another: reads `NAME,X,Y` lines from standard input and writes one chart to the file that is
//! named: a picture where that ends in `.svg`, else a page.

use std::{collections::BTreeMap, error::Error, io::Read as _};

use towpath_report::html::{Chart, Html, Point, Scale, Series, page};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(title), Some(x_label)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: growth FILE TITLE X-LABEL < LINES".into());
    };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let mut lines: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for line in text.lines() {
        let mut fields = line.split(',');
        let (Some(name), Some(x), Some(y)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(format!("line `{line}` is no NAME,X,Y").into());
        };
        lines.entry(name).or_default().push(Point { x: x.parse()?, y: y.parse()?, interval: None });
    }
    let classes = ["stable", "canary", "bad"];
    let series = lines.into_iter().zip(classes.iter().cycle());
    let series = series.map(|((name, points), class)| Series { name: name.to_owned(), class, points, stepped: false });
    let chart = Chart {
        title: title.clone(),
        x_label,
        unit: " s",
        scale: Scale::Linear,
        range: (0.0, 0.0),
        series: series.collect(),
        guide: None,
    };
    let drawn = if file.ends_with(".svg") {
        chart.svg()
    } else {
        let mut body = Html::element("h1", &title);
        body.push(&chart.html());
        page(&title, &body)
    };
    std::fs::write(file, drawn)?;
    Ok(())
}
