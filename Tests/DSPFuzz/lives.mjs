// node lives.mjs MODULE COUNT: the digests of the first COUNT seeds' lives, one line each.
import { readFileSync } from "node:fs";

const [moduleFile, count] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(moduleFile));
for (let seed = 0; seed < Number(count); seed++) {
  const { linnet_fuzz } = new WebAssembly.Instance(module, {}).exports;
  const half = (which) => BigInt(linnet_fuzz(seed, which) >>> 0);
  console.log(((half(1) << 32n) | half(0)).toString());
}
