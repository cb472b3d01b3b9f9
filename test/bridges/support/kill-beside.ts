import { JsonRpcApiProvider, Transaction } from "ethers";

/** When a process ends: before its transaction is sent, or when that is in its block. */
export type KillMoment = "before" | "behind";

/**
 * Lets this process kill itself around the transaction of this number, the first being 0, of those that these accounts
 * send.
 */
export function killBeside(last: number, moment: KillMoment, senders: (address: string) => boolean): void {
  const { prototype } = JsonRpcApiProvider;
  const { send } = prototype;
  let sent = 0;
  prototype.send = async function (method, params) {
    const raw = method === "eth_sendRawTransaction" && Array.isArray(params) ? String(params[0]) : undefined;
    if (raw === undefined || !senders(Transaction.from(raw).from ?? "")) return send.call(this, method, params);
    const isLast = sent++ === last;
    if (isLast && moment === "before") process.kill(process.pid, "SIGKILL");
    const answer: unknown = await send.call(this, method, params);
    if (isLast) process.kill(process.pid, "SIGKILL");
    return answer;
  };
}
