//! Moving pictures: GIF, animated PNG, and MP4 where `ffmpeg` is there.

use super::file::{OutputError, write_whole};
use image::{Delay, Frame, RgbImage};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A format of moving pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilmFormat {
    /// 256 colours, opens everywhere.
    Gif,
    /// True colours.
    Apng,
    /// H.264, by `ffmpeg`.
    Mp4,
}

impl FilmFormat {
    /// By the ending of a file's name.
    pub fn of(path: &Path) -> Option<FilmFormat> {
        let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
        [FilmFormat::Gif, FilmFormat::Apng, FilmFormat::Mp4].into_iter().find(|f| f.ending() == ending)
    }

    /// Ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            FilmFormat::Gif => "gif",
            FilmFormat::Apng => "apng",
            FilmFormat::Mp4 => "mp4",
        }
    }
}

/// Whether MP4 can be made on this machine.
pub fn has_ffmpeg() -> bool {
    let asked = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Time that a film of so many frames shows each, ms: six seconds in all, within what eyes follow.
fn pace(count: usize) -> u32 {
    (6000 / count.max(1)).clamp(40, 600) as u32
}

/// Writes `count` frames. They may differ by a few pixels in size, as numbers on them do: all get the size of the largest, white at the
/// right and below.
///
/// # Errors
/// If there is none, the file cannot be written, or `ffmpeg` is missing or fails.
pub fn write(path: &Path, format: FilmFormat, frames: impl Iterator<Item = RgbImage>) -> Result<(), OutputError> {
    let mut frames: Vec<RgbImage> = frames.collect();
    let size = frames.iter().fold((0, 0), |s, f| (s.0.max(f.width()), s.1.max(f.height())));
    if frames.is_empty() {
        return Err(OutputError::invalid(path, "there is no frame"));
    }
    // video wants even sides
    let size = (size.0 + size.0 % 2, size.1 + size.1 % 2);
    for frame in &mut frames {
        if frame.dimensions() != size {
            let mut whole = RgbImage::from_pixel(size.0, size.1, image::Rgb([255; 3]));
            image::imageops::replace(&mut whole, frame, 0, 0);
            *frame = whole;
        }
    }
    match format {
        FilmFormat::Gif => write_whole(path, |w| gif(w, &frames)),
        FilmFormat::Apng => write_whole(path, |w| apng(w, &frames, size)),
        FilmFormat::Mp4 => mp4(path, &frames, size, "ffmpeg"),
    }
}

fn gif(to: &mut impl Write, frames: &[RgbImage]) -> io::Result<()> {
    let mut encoder = image::codecs::gif::GifEncoder::new_with_speed(to, 10);
    encoder.set_repeat(image::codecs::gif::Repeat::Infinite).map_err(io::Error::other)?;
    let delay = Delay::from_saturating_duration(Duration::from_millis(u64::from(pace(frames.len()))));
    for frame in frames {
        let rgba = image::DynamicImage::ImageRgb8(frame.clone()).into_rgba8();
        encoder.encode_frame(Frame::from_parts(rgba, 0, 0, delay)).map_err(io::Error::other)?;
    }
    Ok(())
}

fn apng(to: &mut impl Write, frames: &[RgbImage], size: (u32, u32)) -> io::Result<()> {
    let mut encoder = png::Encoder::new(to, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_animated(frames.len() as u32, 0)?;
    encoder.set_frame_delay(pace(frames.len()) as u16, 1000)?;
    let mut writer = encoder.write_header()?;
    for frame in frames {
        writer.write_image_data(frame.as_raw())?;
    }
    writer.finish()?;
    Ok(())
}

fn mp4(path: &Path, frames: &[RgbImage], size: (u32, u32), ffmpeg: &str) -> Result<(), OutputError> {
    let fail = |error| OutputError::new(path, "write", error);
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(|e| OutputError::new(directory, "create", e))?;
    }
    let rate = format!("1000/{}", pace(frames.len()));
    let mut child = Command::new(ffmpeg)
        .args(["-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s"])
        .arg(format!("{}x{}", size.0, size.1))
        .args(["-r", &rate, "-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18"])
        .arg(path)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => fail(io::Error::new(
                e.kind(),
                "there is no ffmpeg on this machine, which makes MP4; install it, or ask for apng or gif",
            )),
            _ => fail(e),
        })?;
    let mut pipe = child.stdin.take().expect("asked for");
    // where ffmpeg gives up it says why
    let sent = frames.iter().try_for_each(|frame| pipe.write_all(frame.as_raw()));
    drop(pipe);
    let done = child.wait_with_output().map_err(fail)?;
    if done.status.success() && sent.is_ok() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(fail(io::Error::other(format!("ffmpeg: {}", said.trim()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::AnimationDecoder;

    #[test]
    fn frames_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let frames = || (0..3_u32).map(|n| RgbImage::from_pixel(20 + n, 11, image::Rgb([80 * n as u8, 0, 200])));
        let path = dir.path().join("a.gif");
        write(&path, FilmFormat::Gif, frames()).unwrap();
        let file = io::BufReader::new(std::fs::File::open(&path).unwrap());
        let back = image::codecs::gif::GifDecoder::new(file).unwrap().into_frames().collect_frames().unwrap();
        assert_eq!(back.len(), 3);
        assert_eq!(back[1].buffer().dimensions(), (22, 12));
        let path = dir.path().join("a.apng");
        write(&path, FilmFormat::Apng, frames()).unwrap();
        let file = io::BufReader::new(std::fs::File::open(&path).unwrap());
        let decoder = image::codecs::png::PngDecoder::new(file).unwrap();
        let back = decoder.apng().unwrap().into_frames().collect_frames().unwrap();
        assert_eq!((back.len(), back[2].buffer().get_pixel(3, 3).0), (3, [160, 0, 200, 255]));
        assert!(write(&path, FilmFormat::Gif, std::iter::empty()).is_err());
    }

    #[test]
    fn a_missing_ffmpeg_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let frames = [RgbImage::from_pixel(64, 48, image::Rgb([80, 0, 200]))];
        let error = mp4(&dir.path().join("a.mp4"), &frames, (64, 48), "no-such-ffmpeg").unwrap_err().to_string();
        assert!(error.contains("a.mp4") && error.contains("install it, or ask for apng or gif"), "{error}");
    }

    #[test]
    fn ffmpeg_shows_the_frames_of_an_mp4() {
        if Command::new("ffmpeg").arg("-version").output().is_err() {
            eprintln!("NOT RUN: there is no ffmpeg to read MP4 with");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mp4");
        let colour = |n: u32| [40 + 80 * n as u8, 200 - 60 * n as u8, 90];
        // odd sizes, which H.264 does not take
        let frames = (0..3_u32).map(|n| RgbImage::from_pixel(65 + n, 49, image::Rgb(colour(n))));
        write(&path, FilmFormat::Mp4, frames).unwrap();
        let decoded = Command::new("ffmpeg")
            .args(["-loglevel", "error", "-i"])
            .arg(&path)
            .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
            .output()
            .unwrap();
        assert!(decoded.status.success(), "{}", String::from_utf8_lossy(&decoded.stderr));
        let (width, height) = (68, 50);
        assert_eq!(decoded.stdout.len(), 3 * 3 * width * height);
        for n in 0..3 {
            let middle = 3 * (n * width * height + 25 * width + 30);
            let seen = &decoded.stdout[middle..middle + 3];
            let apart = seen.iter().zip(colour(n as u32)).map(|(a, b)| a.abs_diff(b)).max();
            assert!(apart < Some(6), "frame {n}: {seen:?} for {:?}", colour(n as u32));
        }
    }
}
