import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { publishedCode } from "../../src/ecosystem/bridges/published-code.ts";

const PACKAGE = { name: "@somebody/protocol", major: 3 };
const CONTRACT = { from: PACKAGE, file: "artifacts/Endpoint.json", functions: ["send", "quote"] };

describe("C14 the published code of a bridge, out of the project's own packages", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "published-"))));
  after(() => rmSync(folder, { recursive: true }));

  const install = (version: string, functions: readonly string[]): void => {
    const place = join(folder, "node_modules", PACKAGE.name);
    mkdirSync(join(place, "artifacts"), { recursive: true });
    writeFileSync(join(place, "package.json"), JSON.stringify({ name: PACKAGE.name, version }));
    const abi = functions.map((name) => ({ type: "function", name, inputs: [], outputs: [], stateMutability: "view" }));
    writeFileSync(join(place, CONTRACT.file), JSON.stringify({ abi, bytecode: "0x6001" }));
  };
  const read = () => publishedCode(folder, CONTRACT, [PACKAGE]);

  test("a package that is missing: the error names what to install", () => {
    const advice = /is not installed in .*npm install --save-dev --legacy-peer-deps @somebody\/protocol@3$/;
    assert.throws(read, { code: "PackageMissing", message: advice });
  });

  test("published code of another version: error with package and range", () => {
    install("4.0.0", ["send", "quote"]);
    const message = /@somebody\/protocol must be of version 3\.x, and version 4\.0\.0 is installed/;
    assert.throws(read, { code: "PackageUnfit", message });
  });

  test("a contract without a function that is called: error with both", () => {
    install("3.0.1", ["send"]);
    assert.throws(read, { code: "PackageUnfit", message: /artifacts\/Endpoint\.json of version 3\.0\.1 has no quote/ });
  });

  test("a factory of TypeChain's is read and not run: its functions are those whose selectors its bytecode has", () => {
    install("3.0.1", []);
    const place = join(folder, "node_modules", PACKAGE.name);
    // transfer(address,uint256) is 0xa9059cbb.
    writeFileSync(join(place, "Token__factory.js"), `throw 1; const _bytecode = "0x6063a9059cbb146300"; const _abi = [];`);
    const from = (functions: readonly string[]) =>
      publishedCode(folder, { ...CONTRACT, file: "Token__factory.js", functions }, [PACKAGE]);
    assert.equal(from(["transfer(address,uint256)"]), "0x6063a9059cbb146300");
    assert.throws(() => from(["approve(address,uint256)"]), {
      code: "PackageUnfit",
      message: /has no approve\(address,uint256\)/,
    });
    assert.throws(() => publishedCode(folder, { ...CONTRACT, file: "Gone.js" }, [PACKAGE]), {
      code: "PackageUnfit",
      message: /3\.0\.1 has no Gone\.js/,
    });
  });

  test("code of the right version is used unchanged", () => {
    install("3.0.1", ["send", "quote", "more"]);
    assert.equal(read(), "0x6001");
  });
});
