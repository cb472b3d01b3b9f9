import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { getCreateAddress } from "ethers";
import { createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { GovernanceInfo } from "../../src/ecosystem/devnet/view/governing/governance-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { TestChain } from "../contracts/l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, PROTOCOL_VERSION, type Ecosystem } from "../contracts/l1/support/ecosystem.ts";
import { quorumOf } from "../contracts/l1/support/terms.ts";
import { createWorkplace } from "./support/run-task.ts";

/** Numbers of development accounts. */
const [MEMBERS, DEPLOYER, STRANGER] = [[10, 11, 12, 13], 9, 7] as const;
const COUNCIL = { soft: 2, hard: 3, softTime: 300n };
/** Far longer than the tasks take. */
const TIMES = { freezeTime: 5_000n, reactionTime: 5_000n, retirementNotice: 100_000n, freezeCycle: 100_000n };
const VERSION = String(PROTOCOL_VERSION);

interface Shown extends GovernanceInfo {
  readonly transactionHash?: string;
  readonly member?: Hex;
  readonly signature?: string;
  readonly deadline?: number;
}

describe("the council's acts by hyperchain:governance, from L1 alone", () => {
  const workplace = createWorkplace();
  let ecosystem: Ecosystem;
  let server: Server;
  let alone: readonly string[];
  const wallet = (number: number) => createDevelopmentAccounts().wallet(number);
  const account = (number: number): Hex => lowerCaseAddress(wallet(number).address);
  before(async () => {
    const council = getCreateAddress({ from: account(DEPLOYER), nonce: 0 });
    ecosystem = await deployEcosystem(0n, undefined, 0n, { council, ...TIMES });
    const { l1, verifiers, accounts } = ecosystem;
    const members = quorumOf(MEMBERS.map((number) => ({ address: account(number) }))).validators;
    const factory = await l1.ethers.getContractFactory("SecurityCouncil", accounts[DEPLOYER]);
    await (await factory.deploy(await verifiers.getAddress(), members, COUNCIL)).waitForDeployment();
    const chain = await TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, 270n)), exitDelay: 10_000n });
    server = served(ecosystem).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    alone = [chain.address, "--settlement-url", `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await ecosystem.l1.close();
    workplace.close();
  });

  const run = (number: number, ...args: readonly string[]) =>
    workplace.run(["hyperchain:governance", ...alone, ...args], {
      environment: { HYPERCHAIN_PRIVATE_KEY: wallet(number).privateKey },
    });
  const ran = async (number: number, ...args: readonly string[]): Promise<Shown> => {
    const { code, stdout, stderr } = await run(number, ...args, "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Shown;
  };
  const refused = async (pattern: RegExp, number: number, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await run(number, ...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, pattern);
  };
  /**
   * Signatures of members in sequence, each with the member's key, as arguments of the task that submits
   * them.
   */
  const signed = async (act: readonly string[], members: readonly number[]): Promise<readonly string[]> => {
    const signatures: string[] = [];
    let until: readonly string[] = [];
    for (const number of members) {
      const { member, signature, deadline } = await ran(number, ...act, ...until);
      assert.equal(member, account(number));
      signatures.push(signature!);
      until = ["--deadline", String(deadline)];
    }
    return [...act, ...until, "--signatures", signatures.toReversed().join(",")];
  };

  test("two members sign a soft freeze, and an account that is not a member submits it; one of them alone freezes nothing", async () => {
    const freeze = ["--soft-freeze", VERSION, "--seconds", "290"] as const;
    await refused(/is not a member of the council: its members are 0x/, STRANGER, ...freeze);
    const { stdout } = await run(10, ...freeze);
    assert.match(
      stdout,
      new RegExp(`${account(10)} has signed, until second \\d+ of L1's time; anyone brings this[^]*\\n0x[0-9a-f]{130}`),
    );
    await refused(/TooFewCouncilSignatures/, STRANGER, ...(await signed(freeze, [10])));
    const { versions, now, transactionHash } = await ran(STRANGER, ...(await signed(freeze, [10, 11])));
    assert.match(transactionHash ?? "", /^0x[0-9a-f]{64}$/);
    const { frozenUntil = 0 } = versions.find(({ version }) => version === Number(PROTOCOL_VERSION))!;
    assert.ok(frozenUntil > now && frozenUntil <= now + 290);
  });

  test("what does not belong together is refused before anything is asked", async () => {
    await refused(/--freeze needs --seconds/, 10, "--freeze", VERSION);
    await refused(/--seconds belongs to --freeze or --soft-freeze/, 10, "--seconds", "40");
    await refused(/--deadline belongs to --freeze or --soft-freeze or --unfreeze or --approve-halt/, 10, "--deadline", "40");
    await refused(/--unfreeze and --approve-halt exclude each other/, 10, "--unfreeze", VERSION, "--approve-halt", VERSION);
    await refused(/--signatures need --deadline/, 10, "--unfreeze", VERSION, "--signatures", `0x${"11".repeat(65)}`);
    const brought = ["--deadline", "4000000000", "--signatures", "0x12"] as const;
    await refused(/--signatures are 0x and 130 hex digits each/, 10, "--unfreeze", VERSION, ...brought);
  });

  test("three members agree to a halt; two are refused, and so is a replacement that the registry does not have", async () => {
    const halt = ["--approve-halt", VERSION] as const;
    await refused(/TooFewCouncilSignatures\(3, 2\)/, STRANGER, ...(await signed(halt, [10, 11])));
    await refused(
      /UnknownProtocolVersion\(9999\)/,
      STRANGER,
      ...(await signed([...halt, "--replacement", "9999"], [10, 11, 12])),
    );
    assert.ok((await ran(STRANGER, ...(await signed(halt, [10, 11, 12])))).transactionHash !== undefined);
  });
});

/** JSON-RPC over HTTP to an L1 inside this process. */
function served({ l1 }: Ecosystem): Server {
  return createServer((request, response) => {
    void (async () => {
      const { id, method, params } = JSON.parse(await text(request)) as { id: number; method: string; params: unknown[] };
      const answer = await l1.ethers.provider.send(method, params).then(
        (result: unknown) => ({ result }),
        (error: unknown) => ({ error: { code: -32_000, ...errorFields(error) } }),
      );
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    })();
  });
}

function errorFields(error: unknown): object {
  const { message, code, data } = error as { message: string; code?: unknown; data?: unknown };
  return { message, ...(typeof code === "number" ? { code } : {}), data };
}
