// Lays a Brotli copy beside each file of the build that becomes smaller by it, and holds the scripts to their bound.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const MOST_SCRIPT = 150_000;
const dist = new URL('../dist/', import.meta.url).pathname;

// The texts of one language are loaded, never of two: of these the largest counts.
const LANGUAGE = /assets\/(en|de)-[^/]*\.js$/;

let script = 0;
let language = 0;
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, String(name));
  if (!statSync(path).isFile() || !/\.(js|css|html|svg|json)$/.test(path)) continue;
  const plain = readFileSync(path);
  const packed = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  if (packed.length < plain.length) writeFileSync(`${path}.br`, packed);
  const size = Math.min(packed.length, plain.length);
  if (LANGUAGE.test(path)) language = Math.max(language, size);
  else if (path.endsWith('.js')) script += size;
}
script += language;

console.log(`scripts of all pages, in one language: ${(script / 1000).toFixed(1)} kB with Brotli, of ${MOST_SCRIPT / 1000} kB at most`);
if (script > MOST_SCRIPT) {
  console.error('The scripts are larger than they may be. Split or drop a dependency.');
  process.exit(1);
}
