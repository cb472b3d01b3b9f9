import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPage, LISTINGS, PAGES } from "./page-listings.ts";
import { inShell } from "./shell-commands.ts";
import { openTaskReader } from "./task-line.ts";

const { scripts } = JSON.parse(readPage("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
/** Methods in docs/rpc.md: tests compare them with those of a running ecosystem. */
const METHODS = new Set(readPage("docs/rpc.md").match(/(?<=`)[a-z]+_\w+(?=`)/g));

const inPages = LISTINGS.filter(({ language }) => language === "sh" || language === "bash");
const readTask = await openTaskReader();

/** Checks one command of a listing as far as that needs nothing but the repository. */
async function checkCommand([program, ...words]: readonly string[]): Promise<void> {
  if (program === "npx" && words[0] === "hardhat") await readTask(words.slice(1));
  else if (program === "npm") checkScript(words);
  else if (program === "curl") checkBody(words);
}

function checkScript(words: readonly string[]): void {
  const [verb, ...rest] = words.filter((word) => word !== "-s");
  if (verb === "run") assert.ok(scripts[rest[0] ?? ""] !== undefined, `package.json has no script ${rest[0]}`);
  else assert.ok(["start", "test", "install", "ci", "pkg"].includes(verb ?? ""), `npm ${verb}`);
}

/** JSON-RPC that is sent by hand: methods that are answered. */
function checkBody(words: readonly string[]): void {
  const body = words[words.indexOf("-d") + 1];
  if (!words.includes("-d") || body === undefined || !body.includes('"jsonrpc"')) return;
  for (const { method } of [JSON.parse(body)].flat() as { readonly method: string }[])
    assert.ok(METHODS.has(method), `docs/rpc.md has no method ${method}`);
}

describe("I6: shell listings of the docs", () => {
  test("are taken by a shell as they stand, with tasks, options, arguments, scripts and methods that there are", async () => {
    assert.ok(inPages.length > 40, `${inPages.length} listings`);
    let tasks = 0;
    for (const { page, code } of inPages)
      for (const command of inShell(code).commands) {
        tasks += command[1] === "hardhat" ? 1 : 0;
        await assert.doesNotReject(checkCommand(command), `${page}: ${command.join(" ")}`);
      }
    assert.ok(tasks > 60, `${tasks} tasks`);
  });

  test("so are the steps of workflows and of the container's image", async () => {
    const steps = LISTINGS.flatMap(({ code, language }) => {
      if (language === "yaml") return [...code.matchAll(/- run: (.*)/g)].map(([, step = ""]) => step);
      if (language === "dockerfile")
        return [...code.matchAll(/^(?:RUN |HEALTHCHECK .* CMD )(.*)/gm)].map(([, step = ""]) => step);
      return [];
    });
    assert.ok(steps.length >= 7, `${steps.length} steps`);
    for (const step of steps) for (const command of inShell(step).commands) await checkCommand(command);
  });

  test("so are the commands within sentences, except values that the sentence omits", async () => {
    let spans = 0;
    for (const page of PAGES)
      for (const [, span = ""] of readPage(page).matchAll(/`((?:npx hardhat )?hyperchain:[a-z0-9-]+[^`]*|npm run [^`]+)`/g)) {
        spans += 1;
        if (span.startsWith("npm")) {
          checkScript(span.split(" ").slice(1));
          continue;
        }
        // Outside of whole commands, <chain> is any chain.
        const [words = []] = inShell(span.startsWith("npx") ? span : `npx hardhat ${span.replaceAll(/<[^>]+>/g, "x")}`).commands;
        await readTask(words.slice(2)).catch((error: unknown) => {
          if (!/Missing value for the task argument/.test(String(error))) assert.fail(`${page}: ${span}: ${String(error)}`);
        });
      }
    assert.ok(spans > 100, `${spans} commands`);
  });

  test("detects an unknown task, option or argument", async () => {
    const refused = [
      "hyperchain:no-task",
      "hyperchain:send 1 2@beta --no-option",
      "hyperchain:send 1 2@beta 3",
      "hyperchain:send 1",
    ];
    for (const line of refused) await assert.rejects(readTask(line.split(" ")), line);
    await readTask("hyperchain:send 1 2@beta --from 1@alpha".split(" "));
    assert.throws(() => inShell("npx hardhat hyperchain:swap 1 <router>@beta"), /the shell refuses/);
    assert.throws(() => inShell("no-such-program"), /the shell refuses/);
    assert.deepEqual(inShell("A=1 npx a 'b c' # d").commands, [["npx", "a", "b c"]]);
  });
});
