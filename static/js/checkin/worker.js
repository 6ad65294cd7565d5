// @ts-nocheck - a classic worker: no modules, names of the decoder are global
/* Reads QR codes from frames. One frame is in flight at a time; the page drops the others. */
"use strict";

let ready = false;
let turn = 0;

self.onmessage = (event) => {
  const message = event.data;
  if (message.kind === "start") {
    start(message).catch((error) => self.postMessage({ kind: "failed", text: String(error) }));
  } else if (message.kind === "frame") {
    read(message.frame).catch((error) => self.postMessage({ kind: "read", text: null, fault: String(error) }));
  }
};

async function start({ reader, wasm, integrity }) {
  importScripts(reader);
  const answer = await fetch(wasm, { integrity });
  if (!answer.ok) throw new Error(`decoder: ${answer.status}`);
  const wasmBinary = await answer.arrayBuffer();
  // without these bytes the library would load them from a public network
  await ZXingWASM.prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  ready = true;
  self.postMessage({ kind: "ready" });
}

async function read(frame) {
  if (!ready) {
    frame.close();
    self.postMessage({ kind: "read", text: null });
    return;
  }
  turn += 1;
  const whole = turn % 4 === 0; // codes at the edge of the picture
  const side = Math.min(720, frame.width, frame.height);
  const width = whole ? frame.width : side;
  const height = whole ? frame.height : side;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(frame, (frame.width - width) / -2, (frame.height - height) / -2);
  frame.close();
  const picture = context.getImageData(0, 0, width, height);
  const found = await ZXingWASM.readBarcodes(picture, {
    formats: ["QRCode"],
    maxNumberOfSymbols: 1,
    tryInvert: turn % 2 === 0, // codes on dark screens
    tryDenoise: turn % 3 === 0,
  });
  const good = found.find((code) => code.isValid && code.text);
  self.postMessage({ kind: "read", text: good ? good.text : null });
}
