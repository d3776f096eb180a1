// node run.mjs MODULE INPUT OUTPUT OPTIONS: feeds a file through the WebAssembly front end, frame by frame.
// INPUT: 16-bit samples, of each frame 160 per microphone (planar) and 160 of the far end. OPTIONS: JSON, see front-end.mjs.
// OUTPUT: of each frame the recognizer's 160 samples, then probability and near end (Q15) and direction in degrees.
import { readFileSync, writeFileSync } from "node:fs";
import { FrontEnd } from "./front-end.mjs";

const [moduleFile, inputFile, outputFile, options] = process.argv.slice(2);
const frontEnd = new FrontEnd(new WebAssembly.Module(readFileSync(moduleFile)), JSON.parse(options ?? "{}"));
const octets = readFileSync(inputFile);
const input = new Int16Array(octets.buffer, octets.byteOffset, octets.length / 2);
const planar = frontEnd.microphones.length;
const frames = Math.floor(input.length / (planar + 160));
const output = new Int16Array(frames * 163);

const start = performance.now();
for (let frame = 0; frame < frames; frame++) {
  const at = frame * (planar + 160);
  frontEnd.microphones.set(input.subarray(at, at + planar));
  frontEnd.farEnd.set(input.subarray(at + planar, at + planar + 160));
  frontEnd.process(160);
  output.set(frontEnd.recognizer, frame * 163);
  const figures = [frontEnd.speechProbability * 32767, frontEnd.nearEnd * 32767, frontEnd.directionDegrees];
  output.set(figures.map(Math.round), frame * 163 + 160);
}
const perSecond = (performance.now() - start) / (frames / 100);
writeFileSync(outputFile, new Uint8Array(output.buffer));
console.log(`${frames} frames, ${perSecond.toFixed(2)} ms per second of sound`);
