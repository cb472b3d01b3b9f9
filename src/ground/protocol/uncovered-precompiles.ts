/** Name of a precompiled contract that no proof covers, and the EVM's gas for an input of this length. */
interface UncoveredPrecompile {
  readonly name: string;
  /** Undefined where the contract fails for the input's length. */
  readonly gasOf: (bytes: number) => bigint | undefined;
}

/** EIP-2537's discounts for sums of 1 to 128 multiples, in thousandths. */
const G1_DISCOUNTS = numbers(`
  1000 949 848 797 764 750 738 728 719 712 705 698 692 687 682 677 673 669 665 661 658 654 651 648 645 642
  640 637 635 632 630 627 625 623 621 619 617 615 613 611 609 608 606 604 603 601 599 598 596 595 593 592 591
  589 588 586 585 584 582 581 580 579 577 576 575 574 573 572 570 569 568 567 566 565 564 563 562 561 560 559
  558 557 556 555 554 553 552 551 550 549 548 547 547 546 545 544 543 542 541 540 540 539 538 537 536 536 535
  534 533 532 532 531 530 529 528 528 527 526 525 525 524 523 522 522 521 520 520 519
`);
const G2_DISCOUNTS = numbers(`
  1000 1000 923 884 855 832 812 796 782 770 759 749 740 732 724 717 711 704 699 693 688 683 679 674 670 666
  663 659 655 652 649 646 643 640 637 634 632 629 627 624 622 620 618 615 613 611 609 607 606 604 602 600 598
  597 595 593 592 590 589 587 586 584 583 582 580 579 578 576 575 574 573 571 570 569 568 567 566 565 563 562
  561 560 559 558 557 556 555 554 553 552 552 551 550 549 548 547 546 545 545 544 543 542 541 541 540 539 538
  537 537 536 535 535 534 533 532 532 531 530 530 529 528 528 527 526 526 525 524 524
`);

/**
 * Contracts by address (EIP-197, EIP-1108, EIP-4844, EIP-2537). Those that a proof covers are a table, the kernel's or
 * bytecode.
 */
export const UNCOVERED_PRECOMPILES: ReadonlyMap<bigint, UncoveredPrecompile> = new Map([
  [0x0an, { name: "KZG point evaluation", gasOf: exact(192, 50_000n) }],
  [0x0bn, { name: "BLS12-381 sum in G1", gasOf: exact(256, 375n) }],
  [0x0cn, { name: "BLS12-381 multiples in G1", gasOf: discounted(160, 12_000n, G1_DISCOUNTS) }],
  [0x0dn, { name: "BLS12-381 sum in G2", gasOf: exact(512, 600n) }],
  [0x0en, { name: "BLS12-381 multiples in G2", gasOf: discounted(288, 22_500n, G2_DISCOUNTS) }],
  [0x0fn, { name: "BLS12-381 pairing", gasOf: linear({ size: 384, each: 32_600n, base: 37_700n }) }],
  [0x10n, { name: "BLS12-381 map to G1", gasOf: exact(64, 5_500n) }],
  [0x11n, { name: "BLS12-381 map to G2", gasOf: exact(128, 23_800n) }],
]);

function numbers(text: string): readonly bigint[] {
  return text.trim().split(/\s+/).map(BigInt);
}

function exact(size: number, gas: bigint): UncoveredPrecompile["gasOf"] {
  return (bytes) => (bytes === size ? gas : undefined);
}

function linear({ size, each, base }: { readonly size: number; readonly each: bigint; readonly base: bigint }) {
  return (bytes: number): bigint | undefined => (bytes % size === 0 ? base + each * BigInt(bytes / size) : undefined);
}

function discounted(size: number, each: bigint, discounts: readonly bigint[]): UncoveredPrecompile["gasOf"] {
  return (bytes) => {
    const discount = discounts[Math.min(bytes / size, discounts.length) - 1];
    return discount === undefined ? undefined : (BigInt(bytes / size) * each * discount) / 1000n;
  };
}
