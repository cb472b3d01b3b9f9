import { quoted } from "./as-test-literals.ts";
import type { ExpectedRevert, TestLibrary } from "./as-test-library.ts";
import { sentFields, valueFields } from "./as-test-lines.ts";

const signer = (chain: string, from: string): string => `await ${chain}.ethers.getSigner(${from})`;
const withArgs = (args: string | undefined): string => (args === undefined ? "" : `.withArgs(${args})`);

/** ethers, with chai's matchers, for mocha. */
export const ETHERS: TestLibrary = {
  imports: (body) => [
    ...(/\bassert\./.test(body) ? ['import assert from "node:assert/strict";'] : []),
    'import { expect } from "chai";',
  ],
  argument: (variable) => variable,
  address: (variable) => `await ${variable}.getAddress()`,
  struct: (_type, parts) => `[${parts.join(", ")}]`,
  integer: (value) => `${value}n`,
  creation({ chain, from, value, variable, name, args }) {
    const options = value === 0n ? signer(chain, from) : `{ signer: ${signer(chain, from)}, value: ${value}n }`;
    return `const ${variable} = await ${chain}.ethers.deployContract(${name}, [${args}], ${options});`;
  },
  createdBytes({ chain, from, value, variable, data }) {
    return [
      `const ${variable}Created = await (${signer(chain, from)}).sendTransaction({ ${sentFields(undefined, data, value)} });`,
      `const ${variable} = await ${chain}.ethers.getContractAt([], (await ${variable}Created.wait())?.contractAddress ?? "");`,
    ];
  },
  call({ chain, from, value, variable, name, args }) {
    const list = [...args, ...valueFields(value).map((each) => `{ ${each} }`)];
    return `${variable}.connect(${signer(chain, from)}).${name}(${list.join(", ")})`;
  },
  send({ chain, from, value, to, data }) {
    return `(${signer(chain, from)}).sendTransaction({ ${sentFields(to, data, value)} })`;
  },
  included: (_chain, transaction) => `await (await ${transaction}).wait();`,
  sentIncluded: () => "await sent.wait();",
  hasCode: (chain, variable) => `expect(await ${chain}.ethers.provider.getCode(${variable})).not.to.equal("0x");`,
  reverted: (chain, transaction, expected) => `await expect(${transaction})${reverts(chain, expected)};`,
  emitted: (_chain, contract, event, args) => `await expect(sent).to.emit(${contract}, ${quoted(event)})${withArgs(args)};`,
  arrived: (chain) => `await expect(sent).to.be.deliveredTo(${chain});`,
  revertedCall: (chain, _isMessage, expected) => `await expect(sent).to.be.revertedOn(${chain}${revertsThere(expected)};`,
  equal: (actual, expected) => `expect(${actual}).to.equal(${expected});`,
};

function reverts(chain: string, expected: ExpectedRevert): string {
  switch (expected.kind) {
    case "nothing":
      return `.to.be.revertedWithoutReason(${chain}.ethers)`;
    case "reason":
      return `.to.be.revertedWith(${quoted(expected.text)})`;
    case "panic":
      return `.to.be.revertedWithPanic(${expected.code}n)`;
    case "error":
      return `.to.be.revertedWithCustomError(${expected.contract}, ${quoted(expected.name)})${withArgs(expected.args)}`;
    case "unknown":
      return `.to.revert(${chain}.ethers)`;
  }
}

/** Text after the member, with the bracket that ends the arguments. */
function revertsThere(expected: ExpectedRevert): string {
  switch (expected.kind) {
    case "nothing":
    case "unknown":
      return ")";
    case "reason":
      return `, ${quoted(expected.text)})`;
    case "panic":
      return `, ${expected.code}n)`;
    case "error":
      return `, ${expected.contract}, ${quoted(expected.name)})${withArgs(expected.args)}`;
  }
}
