/** A word or phrase that plain English avoids, with the words that replace it. */
export interface ProsePattern {
  /** Name in the lists of counts. */
  readonly name: string;
  readonly pattern: RegExp;
  /** True if a finished room has none; false if a room's count only falls. */
  readonly isHard: boolean;
  /** True for a pattern that holds only at the start of a doc comment. */
  readonly isStart: boolean;
  /** True if a doc comment of a boolean may have it. */
  readonly allowsBoolean: boolean;
  readonly instead: string;
}

/** Words that no finished room has. `^` is the start of a doc comment. */
const HARD = String.raw`
^(What|Of|As|By|Beside|Where|How|Who|Those|The same|It|They|Its|Has)\b -> noun or verb first
^Whether\b -> noun; "True if"; only for a boolean
^(Most|Least)\b -> Maximum, Minimum
beside -> next to, besides, compared with
by (itself|themselves) -> automatically, alone, separately
(go|goes|going|went) on -> continues, resumes
com(e|es|ing) to(?! rest) -> reaches, results in, amounts to
comes? (to be|to pass|into being) -> is created, happens
as (it|they) (is|are|was|were) -> unchanged, verbatim
(?<!as )of (now|then) -> current, previous
anew -> again, from scratch
but for -> except
for ever|without end -> forever, indefinitely
at hand -> available
under way -> pending, in progress
in the making -> being built, being proved
nobody|no one|somebody|who(m)?ever -> no account, any account, another account
(is|are|was|were) there -> exists, is available
(is|are|was) (gone|over) -> no longer exists, has ended
(?<!there )(is|are) (none|no (?!longer|more|less)\w+) -> is invalid, is missing, is not a
any more|no more(?! than) -> no longer
how far -> progress, stage
speaks? (of|for) -> describes, represents
vouch\w* -> attests, signs
ha(s|ve) (a|no) part -> is (not) included
as (the )?others?|as (above|below|ever) -> repeat the noun, {@link X}
in (plain |a few )?words -> as text (a word is 32 bytes)
(at|by) \S+'s word -> according to
carr(y|ies|ied|ying) (\w+ )?out -> executes, applies
(do|does|done|form|forms|formed|made|begins?) (\w+ )?again -> replays, rebuilds, retries
t(ake|akes|aken|ook) back -> rolls back, reverts
ha(s|ve|d) come -> arrived, happened
born -> created, originates
stands? (in|for|on|still|there|where|behind|alone|at) -> is in, represents, depends on, is paused
(is|are|was|been) told -> receives, is notified
so many -> n, the given number of
(is|are) (meant|wanted) -> refers to; is requested
of (one's|its|their) own -> custom, separate, dedicated
g(ive|ives|iven|o|oes) back -> refunds, returns, rewinds
one (behind|after) (the other|another) -> in sequence
`;

/** Words whose count in a room only falls. */
const SHRINKING = String.raw`
what -> the noun
where -> if, when
(has|have|having) (\w+ ){1,3}(pay|made|make|sent|send|run|call|wait) -> active verb; asks X to
says?|said -> reports, returns, asserts, declares
of (it|them|that|those|these) -> possessive, or the noun again
own -> drop it; local, dedicated
places? -> index, slot, position, checkpoint
(of|in|by|from|to) which -> split the sentence; whose
behind -> after, following
keeps?|kept -> stores, retains, persists
looks? -> polls, reads, refresh
tells? -> reports, notifies, emits
gives? -> returns, yields, provides
brings?|brought -> delivers, submits, imports
at once -> immediately; at the same time
is to -> must, will
on (its|their|the) way -> in flight, in transit
elsewhere -> remote, external
knows?|known -> stores, tracks, cached
asks?|asked -> requests, queries, calls
takes? (in|up|over|out) -> accepts, absorbs, claims, removes
such(?! as) -> this, these
meanwhile -> in the meantime, concurrently
from \w+ on -> from X onwards
once (it|the|all|a|L1) -> after, when
too -> also, or drop it
`;

export const HARD_PATTERNS = parsePatterns(HARD, true);
export const SHRINKING_PATTERNS = parsePatterns(SHRINKING, false);

/** Parses lines `pattern -> words instead`; a pattern is case-insensitive and consists of whole words. */
function parsePatterns(lines: string, isHard: boolean): readonly ProsePattern[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", instead = ""] = line.split(" -> ");
      const isStart = name.startsWith("^");
      const source = isStart ? `^(?:${name.slice(1)})` : String.raw`\b(?:${name})\b`;
      const pattern = new RegExp(source, isStart ? "i" : "gi");
      return { name, pattern, isHard, isStart, allowsBoolean: name.startsWith("^Whether"), instead };
    });
}
