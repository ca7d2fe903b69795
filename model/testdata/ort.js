// Runs ONNX models by onnxruntime:
//
//   node ort.js MODEL INPUT.json > OUTPUT.json
//   node ort.js LIST.json > OUTPUTS.json
//
// An input is {"dims": […], "data": […], "type": "float32"}; outputs are by name. A list has such inputs, each with its
// "model", and what comes out has for each of them the outputs or {"error": …}. NODE_PATH leads to onnxruntime-node.
const ort = require("onnxruntime-node");
const fs = require("fs");

// Numbers of 16 bits go in as they are, and float16 comes out as bits.
function toHalf(v) {
  const f = new Float32Array([v]), u = new Uint32Array(f.buffer)[0];
  const sign = (u >>> 16) & 0x8000, exponent = ((u >>> 23) & 0xff) - 112, fraction = u & 0x7fffff;
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    const m = fraction | 0x800000, shift = 14 - exponent;
    let h = m >> shift;
    const rest = m & ((1 << shift) - 1), middle = 1 << (shift - 1);
    if (rest > middle || (rest === middle && (h & 1))) h++;
    return sign | h;
  }
  let h = (exponent << 10) | (fraction >> 13);
  const rest = fraction & 0x1fff;
  if (rest > 0x1000 || (rest === 0x1000 && (h & 1))) h++;
  return sign | h;
}

function fromHalf(h) {
  const e = (h >> 10) & 0x1f, f = h & 0x3ff, s = h & 0x8000 ? -1 : 1;
  if (e === 0) return s * f * 2 ** -24;
  if (e === 31) return f ? NaN : s * Infinity;
  return s * (1 + f / 1024) * 2 ** (e - 15);
}

const makers = {
  float32: (d) => Float32Array.from(d),
  float64: (d) => Float64Array.from(d),
  float16: (d) => Uint16Array.from(d.map(toHalf)),
  int64: (d) => BigInt64Array.from(d.map((v) => BigInt(v))),
  uint8: (d) => Uint8Array.from(d),
};

async function run(model, given) {
  const options = { logSeverityLevel: 3, graphOptimizationLevel: process.env.ORT_LEVEL || "all", intraOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(model, options);
  const type = given.type || "float32";
  const tensor = new ort.Tensor(type, makers[type](given.data), given.dims);
  const result = await session.run({ [session.inputNames[0]]: tensor });
  const out = {};
  for (const key of session.outputNames) {
    const t = result[key];
    if (!t.data) continue; // a table of probabilities
    const numbers = t.type === "float16" ? Array.from(t.data, fromHalf) : Array.from(t.data, Number);
    out[key] = { type: t.type, dims: t.dims, data: numbers };
  }
  return out;
}

async function main() {
  const [model, input] = process.argv.slice(2);
  if (input) {
    process.stdout.write(JSON.stringify(await run(model, JSON.parse(fs.readFileSync(input)))));
    return;
  }
  const results = [];
  for (const given of JSON.parse(fs.readFileSync(model))) {
    try {
      results.push(await run(given.model, given));
    } catch (e) {
      results.push({ error: String(e) });
    }
  }
  // JSON has no NaN: none comes out of these networks, and null would show one.
  process.stdout.write(JSON.stringify(results));
}

main().catch((e) => {
  console.error(String(e));
  process.exit(1);
});
