// Compiles contracts/src and collects the Safe artefacts as JSON that the product commits.
// Usage: npm ci && node compile.mjs [product folder] [testing folder]
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc");
const here = dirname(fileURLToPath(import.meta.url));
const productFolder = process.argv[2] ?? join(here, "..", "app", "chain", "artifacts");
const testingFolder = process.argv[3] ?? join(here, "..", "tests", "contracts", "artifacts");

const SETTINGS = {
  // The oldest rules that OpenZeppelin 5.7 compiles for; every chain we name has them.
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 1000 },
  // No metadata hash: the bytecode depends on the code alone, so a recompile can be compared.
  metadata: { bytecodeHash: "none", appendCBOR: false },
};
const PRODUCT = ["SettlementGateway", "SgeIdentity", "TestUsd"];
const SAFE = {
  Safe: "Safe.sol",
  SafeProxy: "proxies/SafeProxy.sol",
  SafeProxyFactory: "proxies/SafeProxyFactory.sol",
  MultiSendCallOnly: "libraries/MultiSendCallOnly.sol",
  CompatibilityFallbackHandler: "handler/CompatibilityFallbackHandler.sol",
};

function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".sol"))
    .map((name) => name.split(sep).join("/"))
    .sort();
}

function readImport(path) {
  const file = path.startsWith("src/") ? join(here, path) : join(here, "node_modules", path);
  try {
    return { contents: readFileSync(file, "utf8") };
  } catch (error) {
    return { error: String(error) };
  }
}

function compile() {
  const sources = {};
  for (const name of sourceFiles(join(here, "src"))) {
    sources[`src/${name}`] = { content: readFileSync(join(here, "src", name), "utf8") };
  }
  const outputSelection = {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "metadata"] },
  };
  const input = { language: "Solidity", sources, settings: { ...SETTINGS, outputSelection } };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  for (const message of output.errors ?? []) console.error(message.formattedMessage);
  if ((output.errors ?? []).length > 0) process.exit(1);
  return output.contracts;
}

// One hash over every source that went into the contract, its imports included.
function sourceHash(metadata) {
  const sources = JSON.parse(metadata).sources;
  const lines = Object.keys(sources).sort().map((path) => `${path} ${sources[path].keccak256}\n`);
  return "0x" + createHash("sha256").update(lines.join("")).digest("hex");
}

function write(folder, name, artefact) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(artefact, null, 1) + "\n");
  console.log(relative(process.cwd(), file), (artefact.deployedBytecode.length - 2) / 2, "bytes");
}

function writeOwn(contracts) {
  for (const [path, inFile] of Object.entries(contracts)) {
    for (const [name, contract] of Object.entries(inFile)) {
      const testing = path.startsWith("src/testing/");
      if (!testing && !PRODUCT.includes(name)) continue;
      write(testing ? testingFolder : productFolder, name, {
        name,
        origin: `contracts/${path}`,
        license: "Apache-2.0",
        compiler: { name: "solc", version: solc.version(), settings: SETTINGS },
        sourceHash: sourceHash(contract.metadata),
        abi: contract.abi,
        bytecode: "0x" + contract.evm.bytecode.object,
        deployedBytecode: "0x" + contract.evm.deployedBytecode.object,
      });
    }
  }
}

function writeSafe() {
  const root = join(here, "node_modules", "@safe-global", "safe-contracts");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const [name, path] of Object.entries(SAFE)) {
    const built = JSON.parse(
      readFileSync(join(root, "build", "artifacts", "contracts", path, `${name}.json`), "utf8"),
    );
    write(productFolder, name, {
      name,
      origin: `@safe-global/safe-contracts@${version} contracts/${path}`,
      license: "LGPL-3.0-only",
      abi: built.abi,
      bytecode: built.bytecode,
      deployedBytecode: built.deployedBytecode,
    });
  }
}

writeOwn(compile());
writeSafe();
