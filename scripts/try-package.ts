// Installs the packed plugin in a new project by npm, pnpm or yarn, as its user would, and settles a deposit with a proof there.
// `npm run try-package -- --with pnpm`. Needs the network, and a free port for an ecosystem; the project is removed at the end.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** Commands that add packages for development to the project in the current folder, each by the newest release of its manager. */
const MANAGERS: Readonly<Record<string, readonly string[]>> = {
  npm: ["npm", "install", "--save-dev", "--no-audit", "--no-fund"],
  // A dependency of Hardhat has an install script, and pnpm wants its name.
  pnpm: ["npx", "--yes", "pnpm@latest", "add", "--save-dev", "--allow-build=esbuild"],
  yarn: ["npx", "--yes", "yarn@latest", "add", "--dev"],
};
const CONFIG = `import { defineConfig } from "hardhat/config";
import hyperchain from "hardhat-hyperchain";

export default defineConfig({ plugins: [hyperchain] });
`;

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({ options: { with: { type: "string", default: "npm" } } });
const command = MANAGERS[values.with];
if (command === undefined) {
  console.error(`--with takes ${Object.keys(MANAGERS).join(", ")}, not '${values.with}'`);
  process.exit(1);
}
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};
const folder = mkdtempSync(join(tmpdir(), "hyperchain-try-"));
const project = join(folder, "project");

/** Runs a command in the project, whose ecosystems no other project sees; returns its stdout. Throws if it fails. */
function run([name = "", ...args]: readonly string[]): string {
  console.error(`$ ${[name, ...args].join(" ")}`);
  const env = { ...process.env, XDG_STATE_HOME: folder };
  const shell = process.platform === "win32";
  return execFileSync(name, args, { cwd: project, env, shell, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

const task = (...args: readonly string[]): string => run([process.execPath, "node_modules/hardhat/dist/src/cli.js", ...args]);

try {
  mkdirSync(project);
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const tarball = join(folder, /"filename": "([^"]+)"/.exec(packed)?.[1] ?? "");
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "tries-hyperchains", private: true, type: "module" }));
  writeFileSync(join(project, "hardhat.config.ts"), CONFIG);
  // By name, because yarn installs no peers.
  run([...command, ...["hardhat", "ethers"].map((name) => `${name}@${devDependencies[name]}`), tarball]);
  task("hyperchain:spawn", "--wait", "--json", "--port", "0", "--batch-ms", "0");
  try {
    task("hyperchain:deposit", "1", "1@alpha", "--json");
    const [batch] = JSON.parse(task("hyperchain:settle", "alpha", "--json")) as readonly {
      readonly proof: { readonly bytes: number };
    }[];
    if (batch === undefined || batch.proof.bytes < 10_000) throw new Error("the batch was settled without a proof");
    console.log(`${values.with}: installed, and settled a batch with a proof of ${batch.proof.bytes} bytes`);
  } finally {
    task("hyperchain:stop");
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
