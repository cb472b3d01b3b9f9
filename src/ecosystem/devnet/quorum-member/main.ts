import { JsonRpcProvider } from "ethers";
import { BatchRefusal } from "../../../chain/verification/refusal.ts";
import { SigningRefusal } from "../../../chain/settlement/signing/signing-refusal.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { ValidatingMember } from "./member.ts";
import { openMemberFile } from "./member-file.ts";
import { QuorumMemberError, type MemberReply, type MemberRequest } from "./messages.ts";

/**
 * The body of a member's process: one request after another, until its parent process has ended. Its argument is the name
 * of its file.
 */
const [path] = process.argv.slice(2);
const file = path === undefined ? undefined : await openMemberFile(path);
const connectL1 = (url: string): JsonRpcProvider =>
  new JsonRpcProvider(l1Request(url), undefined, { staticNetwork: true, cacheTimeout: -1 });
const member = new ValidatingMember({ connectL1, file });
const reply = (message: MemberReply): void => {
  process.send?.(message);
};

async function answer({ id, operation, request }: MemberRequest): Promise<void> {
  try {
    // The caller's types pair each operation with its request.
    const handle = member.operations[operation] as (request: unknown) => Promise<unknown>;
    reply({ id, type: "done", result: await handle(request) });
  } catch (error) {
    const known =
      error instanceof BatchRefusal || error instanceof SigningRefusal || error instanceof QuorumMemberError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    reply({
      id,
      type: "refused",
      code: known?.code ?? "MemberFailed",
      message,
      nextBatch: known?.code === "BatchNumberMismatch" ? member.nextBatch : askedFor(known),
    });
  }
}

/** The batch from which on the member has to be shown what it lacks; undefined where it lacks nothing. */
function askedFor(error: Error | undefined): bigint | undefined {
  return error instanceof QuorumMemberError ? error.nextBatch : undefined;
}

let last: Promise<void> = Promise.resolve();
process.on("message", (request: MemberRequest) => {
  last = last.then(() => answer(request));
});
process.on("disconnect", () => process.exit(0));
// A Ctrl-C in a terminal reaches the whole group; the parent process ends it.
process.on("SIGINT", () => undefined);
