// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRestrictedCallers} from "./IRestrictedCallers.sol";

/// @notice Amount of one token in a held account.
/// @param token 0 for the chain's coin, otherwise the token's address on L1. L1's ETH on a chain with another base token is
/// address 1.
struct Holding {
    address token;
    uint256 amount;
}

/// @notice Contents of a held account, which its owner stores; the chain stores their hash.
/// @param nonce Number of acts of the account.
/// @param holdings Tokens strictly ascend; no amount is 0.
/// @param redeemed Root of the set of notes and gifts that the account has redeemed ({RedeemedSet}).
struct Opening {
    address owner;
    uint64 nonce;
    Holding[] holdings;
    bytes32 redeemed;
}

/// @notice Amount that an act burns for another held account.
/// @param to Number of the recipient.
struct Note {
    uint40 to;
    address token;
    uint256 amount;
}

/// @notice Amount that an act pays to an account of the chain.
struct Payment {
    address to;
    address token;
    uint256 amount;
}

/// @notice Proof that an id is not in the set of redeemed ids.
/// @param siblings From the deepest node of the id's path up to the root's children; 0 for an empty subtree.
/// @param neighbor The only id in the subtree at the end of the path; 0 if the subtree is empty.
struct Absence {
    bytes32[] siblings;
    bytes32 neighbor;
}

/// @notice A note with the proof that its sender burned it.
/// @param root Root of the tree of acts.
/// @param position Index of the sender's act in the tree.
/// @param path Siblings from the sender's act up.
/// @param sender Number of the sender.
/// @param senderLeaf Leaf of the sender's account after its act.
/// @param notes All notes of the act.
/// @param paymentsHash Hash of the act's payments.
/// @param index Index of the note in `notes`.
struct ListedNote {
    bytes32 root;
    uint8 position;
    bytes32[] path;
    uint40 sender;
    bytes32 senderLeaf;
    Note[] notes;
    bytes32 paymentsHash;
    uint8 index;
    Absence absence;
}

/// @notice A gift that an account redeems.
/// @param gift Number of the gift.
struct ListedGift {
    uint64 gift;
    address token;
    uint256 amount;
    Absence absence;
}

/// @notice One change of a held account.
/// @param position Index of the act in the tree of acts.
/// @param opening Contents of the account before the act.
/// @param notes Notes of others that the account redeems, first.
/// @param gifts Gifts that the account redeems, next. Each proof of absence refers to the set after the redemptions before
/// it.
/// @param burned Notes that the account burns for others.
/// @param payments Amounts that it pays to accounts of the chain.
/// @param signature The owner's, 65 bytes, over {actDigest}; may be empty if the owner calls.
struct Act {
    uint40 number;
    uint8 position;
    Opening opening;
    ListedNote[] notes;
    ListedGift[] gifts;
    Note[] burned;
    Payment[] payments;
    bytes signature;
}

/// @notice Reason for which {IHeldAccounts.post} skips an act.
enum ActFault {
    None,
    /// The act's number or position does not exceed the number or position of an act that the call has listed already.
    OutOfOrder,
    /// The tree has no leaf at the position.
    PositionOutOfRange,
    /// More than 8 redemptions, notes, or payments, or more than 32 holdings.
    TooMany,
    /// The account is not registered, or has other contents.
    OpeningMismatch,
    /// A redeemed note is for another account.
    NotTheRecipient,
    /// A redeemed note is not under the root, or its sender's act is not listed.
    NoteNotListed,
    /// A redeemed gift has another recipient, token or amount.
    GiftMismatch,
    /// The account has redeemed the note or gift, or the proof of absence is invalid.
    AlreadyRedeemed,
    /// An amount is 0, a recipient of a note is not registered, or a payment's recipient is 0 or this contract.
    InvalidRecipientOrAmount,
    /// The account has less than the act spends.
    InsufficientHolding,
    /// The leaf at the position is another one than the act leads to.
    LeafMismatch,
    /// The owner has not signed the root with the leaf.
    NotSigned,
    /// A recipient refused the coin, or the chain does not have the token.
    PaymentFailed
}

/// @title Accounts whose data their owners store
/// @notice The chain has 32 bytes of each account, and L1 the number of each account that acts. Owners store the contents: a
/// lost file is lost money. A burn's proof is a note, its path in the tree of acts, and the sender's new leaf: it travels by
/// any channel, never expires, and its recipient may be offline.
/// @dev The contract has no owner. It trusts the chain's vault only for the bridged token of an L1 token. If the chain's
/// execution is not proven, a quorum that lies can list acts that no owner signed. Not in the genesis state: any account
/// deploys it (CREATE2).
interface IHeldAccounts is IRestrictedCallers {
    event Registered(uint40 indexed number, address indexed owner);
    event Given(uint64 indexed gift, uint40 indexed to, address token, uint256 amount);
    /// @param positions Bit i from the least significant is set if the call listed the act at position i.
    event Listed(bytes32 indexed root, uint256 positions);
    /// @param index Index of the act in the call.
    event ActSkipped(bytes32 indexed root, uint256 index, ActFault fault);

    error ZeroOwner();
    error ZeroGift();
    error UnregisteredNumber(uint40 number, uint40 registered);
    /// @notice The attached coin differs from the gift's amount, or comes with a token.
    error GiftValueMismatch(uint256 expected, uint256 actual);
    /// @notice The chain uses this L1 token as its coin, which is token 0 here.
    error UnsupportedToken(address token);
    error LeafCountOutOfRange(uint256 limit, uint256 actual);
    /// @notice All acts were skipped.
    error NothingListed(bytes32 root);

    /// @notice Opens an account with nothing in it. Any account may call, for any owner.
    /// @dev Message to L1: `01 ‖ number (5) ‖ owner (20)`.
    function register(address owner) external returns (uint40 number);

    /// @notice Adds a gift for a held account, which redeems it by an act. Any account may call; it attaches the coin, or has
    /// approved the amount of a bridged token.
    /// @dev Message to L1: `02 ‖ gift (8) ‖ to (5) ‖ token (20) ‖ amount (32)`.
    function give(uint40 to, address token, uint256 amount) external payable returns (uint64 gift);

    /// @notice Applies acts of a tree and lists their numbers on L1. Any account may call, any number of times for one tree:
    /// each act is applied once at most, because its leaf contains the account's next nonce. An act that does not fit is
    /// skipped.
    /// @dev Message to L1: `00 ‖ root ‖ numbers (5 each)` if the call lists all leaves, otherwise `03 ‖ root ‖ positions (32)
    /// ‖ numbers`.
    /// @param leaves Leaves of the tree, 1 to 256, without the zero words that pad them to a power of two.
    /// @param acts Positions and numbers strictly ascend.
    /// @return positions See {Listed}.
    function post(bytes32[] calldata leaves, Act[] calldata acts) external returns (uint256 positions);

    /// @notice Pays an act's payments, all or none. Only this contract.
    function pay(Payment[] calldata payments) external;

    /// @notice `keccak256(02 ‖ number (5) ‖ owner ‖ nonce (8) ‖ count of holdings (1) ‖ (token ‖ amount)… ‖ redeemed)`; 0 if
    /// the number is not registered.
    /// @dev The mapping in slot 0.
    function leafOf(uint40 number) external view returns (bytes32 leaf);

    /// @notice `keccak256(to (5) ‖ token ‖ amount)` of a gift; 0 if there is none.
    function giftOf(uint64 gift) external view returns (bytes32 hash);

    /// @notice Positions of a tree whose acts were applied.
    function listedPositions(bytes32 root) external view returns (uint256 positions);

    /// @notice Number of registered accounts; their numbers begin with 1.
    function accountCount() external view returns (uint40 count);

    /// @notice Number of gifts; their numbers begin with 1.
    function giftCount() external view returns (uint64 count);

    /// @notice EIP-712 digest of `Act(bytes32 root,bytes32 leaf)`, which the owner of an act signs.
    /// @param leaf `keccak256(00 ‖ number (5) ‖ leaf of the account after the act ‖ hash of its notes ‖ hash of its
    /// payments)`.
    function actDigest(bytes32 root, bytes32 leaf) external view returns (bytes32 digest);
}
