import type { ComponentChildren } from "preact";
import { whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";
import type { MessageInfo, PagedMessages } from "../answers.ts";
import { count } from "../format.ts";
import { Amount } from "./carried.tsx";
import { Mark, Table } from "./layout.tsx";
import { MessageLink, useChainName } from "./links.tsx";
import { MemberLink } from "./shape.tsx";
import { Said } from "./words.tsx";
import { to } from "../route.ts";

/** Titles of the columns of a message. */
export const MESSAGE_COLUMNS = ["message", "what", "from", "to", "where it is"];

/** A row of them. */
export function messageCells(message: MessageInfo, nameOf: (chainId: number) => string): readonly ComponentChildren[] {
  return [
    <MessageLink hash={message.messageHash} sourceChainId={message.sourceChainId} />,
    <What message={message} />,
    <MemberLink chainId={message.sourceChainId} name={nameOf(message.sourceChainId)} />,
    <MemberLink chainId={message.destinationChainId} name={nameOf(message.destinationChainId)} />,
    <Where message={message} />,
  ];
}

/** Newest first. */
export function MessageTable({
  messages: { messages, total },
  caption,
}: {
  readonly messages: PagedMessages;
  readonly caption: string;
}) {
  const nameOf = useChainName();
  return (
    <>
      <Table
        caption={caption}
        columns={MESSAGE_COLUMNS}
        empty="No message has been sent between chains yet."
        rows={messages.map((message) => ({
          key: `${message.sourceChainId}:${message.messageHash}:${message.sender}`,
          cells: messageCells(message, nameOf),
        }))}
      />
      {total > messages.length && (
        <p>
          {count(total - messages.length)} more are among <a href={to("messages")}>all messages</a>.
        </p>
      )}
    </>
  );
}

/** Type of the message, with its amount. */
function What({ message: { type, carries } }: { readonly message: MessageInfo }) {
  if (carries === undefined) return type;
  return (
    <>
      {type}, <Amount carries={carries} />
    </>
  );
}

/** Short text of a message's progress; a ready one links to its page, which has the button. */
export function Where({ message }: { readonly message: MessageInfo }) {
  const { kind, text } = whereItIs(message);
  const { sourceChainId, messageHash } = message;
  return (
    <Mark kind={kind} title={text}>
      {kind === "ready" ? (
        <a class="button small" href={to("message", sourceChainId, messageHash)}>
          {text}
        </a>
      ) : (
        <Said text={text} />
      )}
    </Mark>
  );
}
