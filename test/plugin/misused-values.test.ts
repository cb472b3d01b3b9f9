import { after, describe, test } from "node:test";
import { refusesIn, type Misuse } from "./support/misuse.ts";
import { createWorkplace } from "./support/run-task.ts";

const workplace = createWorkplace();
after(() => workplace.close());
const refuses = refusesIn(workplace);

describe("I5 values that options do not take", () => {
  const misuses: readonly Misuse[] = [
    { title: "an invalid URL", args: ["hyperchain:status", "--url", "alpha"], says: [/--url is "alpha"/, /http:\/\//] },
    {
      title: "no number of chains",
      args: ["hyperchain:spawn", "--chains", "two"],
      says: [/--chains must be a whole number from 1 to 32, such as 2; got "two"/],
    },
    {
      title: "a host that is not known",
      args: ["hyperchain:spawn", "--host", "no-such-host.invalid", "--port", "0"],
      says: [/the host "no-such-host\.invalid" is not known/],
    },
    {
      title: "an L1 on a host that is not known",
      args: ["hyperchain:spawn", "--settlement-url", "http://no-such-host.invalid:8545"],
      says: [/no-such-host\.invalid/, /--settlement-url/],
    },
    {
      title: "a host that is another machine's",
      args: ["hyperchain:spawn", "--host", "192.0.2.1", "--port", "0"],
      says: [/EADDRNOTAVAIL.*192\.0\.2\.1/, /address of this machine/],
    },
    {
      title: "too many chains",
      args: ["hyperchain:spawn", "--chains", "33"],
      says: [/--chains must be a whole number from 1 to 32/],
    },
    {
      title: "names for another number of chains",
      args: ["hyperchain:spawn", "--chains", "3", "--names", "a,b"],
      says: [/--names has 2 names and --chains says 3/],
    },
    {
      title: "a name twice",
      args: ["hyperchain:spawn", "--names", "a,a"],
      says: [/--names has a name twice: a, a; use another name for each chain/],
    },
    {
      title: "a name that is a number",
      args: ["hyperchain:spawn", "--names", "271,b"],
      says: [/"271" cannot name a chain/, /letters/],
    },
    {
      title: "an unknown data availability",
      args: ["hyperchain:spawn", "--da", "celestia"],
      says: [/--da must be "rollup" or "validium" or "inputs" or "owners" or "chain"; got "celestia"/],
    },
    {
      title: "an unknown choice of proofs",
      args: ["hyperchain:spawn", "--proofs", "fake"],
      says: [/--proofs must be "stark" or "none"; got "fake"/],
    },
    { title: "an unknown option", args: ["hyperchain:spawn", "--chain", "2"], says: [/--chain/] },
    {
      title: "an invalid port",
      args: ["hyperchain:spawn", "--port", "99999"],
      says: [/--port must be a whole number from 0 to 65535/],
    },
  ];
  for (const misuse of misuses) test(`I5: ${misuse.title}`, () => refuses(misuse));
});
