// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LeafPath} from "./IStateTree.sol";
import {ListedGift, ListedNote, Opening} from "./l2/IHeldAccounts.sol";

/// @notice A held account of a stopped chain, with contents that its owner stores.
struct ExitingAccount {
    uint256 chainId;
    uint40 number;
    Opening opening;
}

/// @notice A message of {IHeldAccounts} with its proof: L1's data of the chain's commits have all that is in it.
/// @param messageIndex Index among the logs of the batch.
struct HeldMessage {
    uint256 batchNumber;
    uint256 messageIndex;
    bytes message;
    bytes32[] merkleProof;
}

/// @notice The last act of an account.
/// @param position Index of the act in the tree of acts.
/// @param path Siblings from the act up.
/// @param notesHash Hash of the notes that the act burned.
/// @param paymentsHash Hash of its payments.
struct LastAct {
    uint8 position;
    bytes32[] path;
    bytes32 notesHash;
    bytes32 paymentsHash;
}

/// @notice Claim of an account's contents.
/// @param leaf Leaf of the account, {IHeldAccounts.leafOf}; 0 without a claim, or if the claim was refuted.
/// @param listing Batch number · 2^14 + index of the message. A claim needs this message or a later one.
/// @param payableAt First second of payments. Any account can refute the claim before.
/// @param bond Wei that the owner has not received back.
struct HeldClaim {
    bytes32 leaf;
    uint64 listing;
    uint64 payableAt;
    uint128 bond;
}

/// @title The way out of held accounts of stopped chains
/// @notice Pays owners the contents of their accounts when the chain stopped, out of the bridge's balance of the chain. No account on L1 is the
/// contract {IHeldAccounts} of a chain, so {IStateExit} never pays its balance.
///
/// On a chain that never had another policy than {IOwnersPolicy}, L1 has the numbers of the accounts that acted, and no state. The owner
/// claims the contents after the account's last act, with a bond. Any account that shows a later listing of the number, from L1's data
/// alone, refutes the claim and gets the bond. After seven days without, L1 pays. Claims end a year after the exit could be activated.
///
/// On any chain whose last state the owner has a path in, the account's leaf is proven instead: no bond, no time.
/// @dev Trust: on a chain of owners, one honest watcher of L1 in each seven days, also for holdings of other accounts of the chain, because a
/// claim that is not refuted competes with theirs. Its policy must bind nothing, as it claims, and its execution must be proven: a quorum that lies can
/// list acts that no owner signed. Never pays more than the bridge holds for the chain. Terms that replace the policy, and begin before the
/// exit could be activated, end this way out: their notice is the owners' time to leave. Made by StateExit at the first need, for any account.
interface IHeldExit {
    event AccountClaimed(
        uint256 indexed chainId, uint40 indexed number, address indexed owner, bytes32 leaf, uint64 listing, uint64 payableAt
    );
    event ClaimRefuted(uint256 indexed chainId, uint40 indexed number, address indexed refuter, uint64 listing, uint256 bond);
    event BondReturned(uint256 indexed chainId, uint40 indexed number, address recipient, uint256 bond);
    /// @param token Name of the token in the opening: 0 is the chain's coin.
    event AssetPaid(
        uint256 indexed chainId, uint40 indexed number, address indexed token, address recipient, uint256 amount
    );
    /// @param id Id of the note or the gift.
    event ReceiptPaid(
        uint256 indexed chainId, uint40 indexed number, bytes32 indexed id, address token, address recipient, uint256 amount
    );

    /// @notice The policy of this epoch publishes state, or its holders do: claim with a path in the last state.
    error NotAtOwners(uint256 chainId, uint64 epoch, address policy);
    error BondMismatch(uint256 expected, uint256 actual);
    error ClaimTooLate(uint256 latest, uint256 actual);
    /// @notice The account has a claim; it can be refuted, and nothing else replaces it.
    error AlreadyClaimed(bytes32 leaf);
    /// @notice A later listing of the account was shown.
    error StaleListing(uint64 expected, uint64 actual);
    /// @notice The message is not a listing, or lacks an act at this index.
    error NotListed(uint256 index);
    /// @notice The act is another one than the listed leaf, or its path is another.
    error ActMismatch(bytes32 expected, bytes32 actual);
    error NumberMismatch(uint40 expected, uint40 actual);
    /// @notice The listing is the claim's, or an earlier one.
    error NotLater(uint64 claimed, uint64 shown);
    error NotRefutable(uint256 until, uint256 actual);
    error NotYetPayable(uint256 from, uint256 actual);
    /// @notice The account has no claim with these contents.
    error ClaimMismatch(bytes32 expected, bytes32 actual);
    error HoldingMissing(address token);
    error NoteMissing(uint256 count, uint256 index);
    /// @notice The account redeemed the note or gift, or the proof is of another set.
    error NotAbsent(bytes32 id);
    error NothingToReturn();
    error TransferFailed(address recipient);

    /// @notice Wei that a claim takes.
    function BOND() external view returns (uint256);

    /// @notice Seconds between a claim and its first payment, for refutations.
    function WINDOW() external view returns (uint256);

    /// @notice Seconds of claims, counted from {IExit.exitOpensAt}.
    function CLAIM_TIME() external view returns (uint256);

    /// @notice Claims the contents after the account's last act. Called by the owner, or for an aliased owner by the contract, with `BOND`.
    /// @param listing The last listing of the account's number.
    function claim(ExitingAccount calldata account, HeldMessage calldata listing, LastAct calldata act) external payable;

    /// @notice Claims an account that never acted, so that notes and gifts to it are paid. Called by its owner with `BOND`.
    /// @param registration `message` is ignored, because all that is in it follows from number and caller.
    function claimNew(uint256 chainId, uint40 number, HeldMessage calldata registration) external payable;

    /// @notice Claims the contents that the chain's last executed state has. Called by the owner, on a chain of any policy. L1 pays immediately.
    function claimProven(ExitingAccount calldata account, LeafPath calldata path) external;

    /// @notice Ends a claim by a later listing of its number, and pays the bond to the caller, any account.
    /// @param index Index among the listing's numbers.
    function refute(uint256 chainId, uint40 number, HeldMessage calldata later, uint8 index) external;

    /// @notice Returns the bond of a claim that was not refuted. Called by the owner.
    function returnBond(ExitingAccount calldata account, address recipient) external;

    /// @notice Pays `amount` of an asset in the opening. Called by the owner. In parts as well, so that an owner of more than the bridge has
    /// left can take the rest.
    /// @param token Name of the token in the opening.
    function payAsset(ExitingAccount calldata account, address token, uint256 amount, address recipient) external;

    /// @notice Pays `amount` of a note that the account has not redeemed. Called by its owner.
    /// @param listing A message that lists the sender's act.
    function payNote(
        ExitingAccount calldata account,
        HeldMessage calldata listing,
        ListedNote calldata note,
        uint256 amount,
        address recipient
    ) external;

    /// @notice Pays `amount` of a gift that the account has not redeemed. Called by its owner.
    /// @param sent `message` is ignored, because all that is in it follows from the gift.
    function payGift(
        ExitingAccount calldata account,
        HeldMessage calldata sent,
        ListedGift calldata gift,
        uint256 amount,
        address recipient
    ) external;

    /// @notice The claim of an account.
    function claimOf(uint256 chainId, uint40 number) external view returns (HeldClaim memory);

    /// @notice Amount of an asset that was paid of an account's opening.
    function paidOf(uint256 chainId, uint40 number, address token) external view returns (uint256);

    /// @notice Amount that was paid of a note or a gift.
    function paidReceipt(uint256 chainId, bytes32 id) external view returns (uint256);
}
