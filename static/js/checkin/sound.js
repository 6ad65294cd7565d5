// @ts-check
/** Tones and vibration of a result. Sound starts after the first tap, as browsers ask. */

/** @type {Record<string, [number, number][]>} tone in hertz, length in milliseconds */
const TONES = {
  H: [[1320, 120]],
  F: [[990, 90], [660, 90]],
  T: [[1050, 70], [0, 60], [1050, 70], [0, 60], [1050, 70]],
  D: [[330, 180], [0, 80], [330, 180]],
  L: [[196, 450]],
};
const VOLUME = 0.35;
const RAMP_S = 0.008; // without it each tone begins with a click

/** @type {AudioContext | null} */
let context = null;

/** Allow sound; call it from a tap or key. */
export function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

/**
 * Play and vibrate.
 * @param {string} sound name of a tone, empty for silence
 * @param {number[]} vibration milliseconds
 */
export function play(sound, vibration) {
  if (vibration.length && navigator.userActivation?.hasBeenActive) navigator.vibrate?.(vibration);
  if (!context || context.state !== "running") return;
  let at = context.currentTime;
  for (const [hertz, length] of TONES[sound] ?? []) {
    if (hertz) tone(context, hertz, at, length / 1000);
    at += length / 1000;
  }
}

/**
 * @param {AudioContext} audio
 * @param {number} hertz
 * @param {number} start
 * @param {number} length seconds
 */
function tone(audio, hertz, start, length) {
  const source = audio.createOscillator();
  const gain = audio.createGain();
  source.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(VOLUME, start + RAMP_S);
  gain.gain.setValueAtTime(VOLUME, start + length - RAMP_S);
  gain.gain.linearRampToValueAtTime(0, start + length);
  source.connect(gain).connect(audio.destination);
  source.start(start);
  source.stop(start + length);
}
