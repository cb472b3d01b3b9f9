import { whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";
import type { MessageInfo } from "../answers.ts";
import { isFailedStep, nextStepWords, stepsOf, stepWords } from "../message-steps.ts";
import { to } from "../route.ts";
import { useChainName } from "./links.tsx";
import { Mark } from "./layout.tsx";
import { Where } from "./message-table.tsx";
import { Glyph, Icon } from "./shape.tsx";

/** Steps of a message in a line, up to the present one; the short form is for a row of the feed. */
export function Journey({ message, isShort = false }: { readonly message: MessageInfo; readonly isShort?: boolean }) {
  const nameOf = useChainName();
  const done = new Set(message.steps.map(({ step }) => step));
  const steps = stepsOf(message);
  const { kind } = whereItIs(message);
  const name = `${message.type} to ${nameOf(message.destinationChainId)}`;
  return (
    <div class={`journey ${kind}`}>
      <a class="chain" href={to("message", message.sourceChainId, message.messageHash)} title={name} aria-label={name}>
        <Icon name="right" />
        <Glyph chainId={message.destinationChainId} />
        {!isShort && name}
      </a>
      <span class="dots" role="img" aria-label={`${done.size} of ${steps.length} steps`}>
        {steps.map((step) => (
          <i key={step} class={classOf(step, message, done)} title={stepWords(step, message)} />
        ))}
      </span>
      {isShort ? <ShortWhere message={message} /> : <Where message={message} />}
    </div>
  );
}

/** Progress of a message in a word or two; the title has the sentence. */
function ShortWhere({ message }: { readonly message: MessageInfo }) {
  const { kind, text } = whereItIs(message);
  if (kind === "ready" || kind === "bad") return <Where message={message} />;
  return (
    <Mark kind={kind} title={text}>
      {kind === "under-way" ? nextStepWords(message) : kind === "good" && message.waitingFor !== undefined ? "arrived" : "done"}
    </Mark>
  );
}

function classOf(step: string, message: MessageInfo, done: ReadonlySet<string>): string {
  if (!done.has(step)) return "";
  return isFailedStep(step, message) ? "failed" : "done";
}
