use serde::{Deserialize, Serialize};
use towpath_model::PinnedImage;

const OPEN: &str = "<!-- towpath ";
const CLOSE: &str = " -->";
const API_VERSION: &str = "towpath.dev/v1alpha1";
const KIND: &str = "Promotion";

/// What programs read in a pull request's body: a comment of one line, which markdown does not show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Marker {
    api_version: String,
    kind: String,
    /// The service's name.
    pub service: String,
    /// The version people speak of.
    pub version: String,
    /// Where to.
    pub environment: String,
    /// What.
    pub image: PinnedImage,
}

impl Marker {
    pub(crate) fn new(service: &str, version: &str, environment: &str, image: &PinnedImage) -> Self {
        Self {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            service: service.to_owned(),
            version: version.to_owned(),
            environment: environment.to_owned(),
            image: image.clone(),
        }
    }

    /// Returns the marker in `body`, or nothing where there is none that can be read.
    pub fn find(body: &str) -> Option<Self> {
        let line = body.lines().rev().find(|line| line.starts_with(OPEN))?;
        let marker: Self = serde_json::from_str(line.strip_prefix(OPEN)?.strip_suffix(CLOSE)?).ok()?;
        (marker.api_version == API_VERSION && marker.kind == KIND).then_some(marker)
    }

    /// Returns the marker's line with its end.
    pub(crate) fn line(&self) -> String {
        let json = serde_json::to_string(self).expect("because it holds nothing but texts");
        // A comment ends at `--`, which JSON can write otherwise.
        let json = json.replace('<', "\\u003c").replace('>', "\\u003e").replace("--", "-\\u002d");
        format!("{OPEN}{json}{CLOSE}\n")
    }
}
