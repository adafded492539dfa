//! Signatures of images, in both of cosign's formats.
