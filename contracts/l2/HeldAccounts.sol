// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {
    Act,
    ActFault,
    IHeldAccounts,
    ListedGift,
    ListedNote,
    Note,
    Opening,
    Payment
} from "../interfaces/l2/IHeldAccounts.sol";
import {IL1Messenger} from "../interfaces/l2/IL1Messenger.sol";
import {IL2NativeTokenVault} from "../interfaces/l2/IL2NativeTokenVault.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {Predeploys} from "./Predeploys.sol";
import {RestrictedCallers} from "./RestrictedCallers.sol";
import {ActTree} from "./held/ActTree.sol";
import {HeldFormats} from "./held/HeldFormats.sol";
import {Holdings} from "./held/Holdings.sol";
import {RedeemedSet} from "./held/RedeemedSet.sol";

/// @notice See {IHeldAccounts}. Not in the genesis state: the first chain that needs it deploys it (CREATE2).
contract HeldAccounts is IHeldAccounts, RestrictedCallers {
    bytes32 private constant NAME = keccak256("HeldAccounts");
    bytes32 private constant ACT = keccak256("Act(bytes32 root,bytes32 leaf)");
    IL2NativeTokenVault private constant VAULT = IL2NativeTokenVault(Predeploys.NATIVE_TOKEN_VAULT);
    /// @dev Limit of each list of an act: an account redeems the notes that it needs, and leaves dust alone.
    uint256 private constant MAX_ITEMS = 8;
    uint256 private constant MAX_HOLDINGS = 32;

    /// @inheritdoc IHeldAccounts
    mapping(uint40 number => bytes32 leaf) public leafOf;
    /// @inheritdoc IHeldAccounts
    mapping(bytes32 root => uint256 positions) public listedPositions;
    /// @inheritdoc IHeldAccounts
    mapping(uint64 gift => bytes32 hash) public giftOf;
    /// @inheritdoc IHeldAccounts
    uint40 public accountCount;
    /// @inheritdoc IHeldAccounts
    uint64 public giftCount;

    /// @inheritdoc IHeldAccounts
    function register(address owner) external returns (uint40 number) {
        if (owner == address(0)) revert ZeroOwner();
        number = ++accountCount;
        Opening memory opening;
        opening.owner = owner;
        leafOf[number] = HeldFormats.accountLeaf(number, opening);
        emit Registered(number, owner);
        _sendToL1(abi.encodePacked(hex"01", number, owner));
    }

    /// @inheritdoc IHeldAccounts
    function give(uint40 to, address token, uint256 amount) external payable returns (uint64 gift) {
        if (amount == 0) revert ZeroGift();
        if (!_isRegistered(to)) revert UnregisteredNumber(to, accountCount);
        uint256 value = token == address(0) ? amount : 0;
        if (msg.value != value) revert GiftValueMismatch(value, msg.value);
        // Code of bridged tokens is the protocol's, and moves exactly the amount.
        if (token != address(0)) TokenTransfer.pull(_bridgedToken(token), msg.sender, amount);
        gift = ++giftCount;
        giftOf[gift] = HeldFormats.giftHash(to, token, amount);
        emit Given(gift, to, token, amount);
        _sendToL1(abi.encodePacked(hex"02", gift, to, token, amount));
    }

    /// @inheritdoc IHeldAccounts
    function post(bytes32[] calldata leaves, Act[] calldata acts) external returns (uint256 positions) {
        bytes32 root = ActTree.rootOf(leaves);
        bytes memory numbers;
        uint40 lastNumber;
        for (uint256 i = 0; i < acts.length; ++i) {
            Act calldata act = acts[i];
            // The calls' acts so far are at lower positions.
            bool isAscending = act.number > lastNumber && positions >> act.position == 0;
            ActFault fault = isAscending ? _apply(root, leaves, act) : ActFault.OutOfOrder;
            if (fault != ActFault.None) {
                emit ActSkipped(root, i, fault);
                continue;
            }
            lastNumber = act.number;
            positions |= 1 << act.position;
            numbers = bytes.concat(numbers, bytes5(act.number));
        }
        if (positions == 0) revert NothingListed(root);
        listedPositions[root] |= positions;
        emit Listed(root, positions);
        bool isWhole = numbers.length == 5 * leaves.length;
        _sendToL1(isWhole ? abi.encodePacked(hex"00", root, numbers) : abi.encodePacked(hex"03", root, positions, numbers));
    }

    /// @inheritdoc IHeldAccounts
    function pay(Payment[] calldata payments) external onlyFrom(address(this)) {
        for (uint256 i = 0; i < payments.length; ++i) {
            (address to, address token, uint256 amount) = (payments[i].to, payments[i].token, payments[i].amount);
            if (token != address(0)) {
                TokenTransfer.sendToken(_bridgedToken(token), to, amount, gasleft());
                continue;
            }
            // With the 2,300 gas of any payment: a recipient's code can neither use up the post's gas nor call back.
            (bool isPaid,) = to.call{value: amount, gas: 0}("");
            if (!isPaid) revert TokenTransfer.EtherTransferFailed(to, amount);
        }
    }

    /// @inheritdoc IHeldAccounts
    function actDigest(bytes32 root, bytes32 leaf) public view returns (bytes32) {
        return Signatures.typedDataHash(Signatures.domainSeparator(NAME), keccak256(abi.encode(ACT, root, leaf)));
    }

    function _apply(bytes32 root, bytes32[] calldata leaves, Act calldata act) private returns (ActFault fault) {
        if (act.position >= leaves.length) return ActFault.PositionOutOfRange;
        bytes32 next;
        (fault, next) = _nextLeaf(act);
        if (fault != ActFault.None) return fault;
        bytes32 leaf = HeldFormats.actLeaf(
            act.number, next, HeldFormats.hashNotes(act.burned), HeldFormats.hashPayments(act.payments)
        );
        if (leaves[act.position] != leaf) return ActFault.LeafMismatch;
        if (!_isSigned(act, root, leaf)) return ActFault.NotSigned;
        bytes32 previous = leafOf[act.number];
        leafOf[act.number] = next;
        if (act.payments.length == 0) return ActFault.None;
        try this.pay(act.payments) {}
        catch {
            leafOf[act.number] = previous;
            return ActFault.PaymentFailed;
        }
    }

    /// @return fault Reason to skip the act.
    /// @return next Leaf of the account after the act.
    function _nextLeaf(Act calldata act) private view returns (ActFault fault, bytes32 next) {
        if (
            act.notes.length + act.gifts.length > MAX_ITEMS || act.burned.length > MAX_ITEMS
                || act.payments.length > MAX_ITEMS
        ) return (ActFault.TooMany, 0);
        Opening memory opening = act.opening;
        if (leafOf[act.number] != HeldFormats.accountLeaf(act.number, opening)) return (ActFault.OpeningMismatch, 0);
        fault = _redeemNotes(act, opening);
        if (fault == ActFault.None) fault = _redeemGifts(act, opening);
        if (fault == ActFault.None) fault = _burn(act.burned, opening);
        if (fault == ActFault.None) fault = _spend(act.payments, opening);
        if (fault == ActFault.None && opening.holdings.length > MAX_HOLDINGS) fault = ActFault.TooMany;
        ++opening.nonce;
        return (fault, HeldFormats.accountLeaf(act.number, opening));
    }

    function _redeemNotes(Act calldata act, Opening memory opening) private view returns (ActFault) {
        for (uint256 i = 0; i < act.notes.length; ++i) {
            ListedNote calldata listed = act.notes[i];
            if (listed.index >= listed.notes.length) return ActFault.NoteNotListed;
            Note calldata note = listed.notes[listed.index];
            if (note.to != act.number) return ActFault.NotTheRecipient;
            if (!_isListed(listed)) return ActFault.NoteNotListed;
            bytes32 id = HeldFormats.noteId(listed.root, listed.position, listed.index);
            bool isAbsent;
            (isAbsent, opening.redeemed) = RedeemedSet.insert(opening.redeemed, id, listed.absence);
            if (!isAbsent) return ActFault.AlreadyRedeemed;
            opening.holdings = Holdings.credit(opening.holdings, note.token, note.amount);
        }
        return ActFault.None;
    }

    function _redeemGifts(Act calldata act, Opening memory opening) private view returns (ActFault) {
        for (uint256 i = 0; i < act.gifts.length; ++i) {
            ListedGift calldata listed = act.gifts[i];
            if (giftOf[listed.gift] != HeldFormats.giftHash(act.number, listed.token, listed.amount)) {
                return ActFault.GiftMismatch;
            }
            bool isAbsent;
            (isAbsent, opening.redeemed) =
                RedeemedSet.insert(opening.redeemed, HeldFormats.giftId(listed.gift), listed.absence);
            if (!isAbsent) return ActFault.AlreadyRedeemed;
            opening.holdings = Holdings.credit(opening.holdings, listed.token, listed.amount);
        }
        return ActFault.None;
    }

    function _burn(Note[] calldata notes, Opening memory opening) private view returns (ActFault) {
        for (uint256 i = 0; i < notes.length; ++i) {
            if (notes[i].amount == 0 || !_isRegistered(notes[i].to)) return ActFault.InvalidRecipientOrAmount;
            bool isCovered;
            (isCovered, opening.holdings) = Holdings.debit(opening.holdings, notes[i].token, notes[i].amount);
            if (!isCovered) return ActFault.InsufficientHolding;
        }
        return ActFault.None;
    }

    function _spend(Payment[] calldata payments, Opening memory opening) private view returns (ActFault) {
        for (uint256 i = 0; i < payments.length; ++i) {
            address to = payments[i].to;
            if (payments[i].amount == 0 || to == address(0) || to == address(this)) {
                return ActFault.InvalidRecipientOrAmount;
            }
            bool isCovered;
            (isCovered, opening.holdings) = Holdings.debit(opening.holdings, payments[i].token, payments[i].amount);
            if (!isCovered) return ActFault.InsufficientHolding;
        }
        return ActFault.None;
    }

    /// @dev A listed position is one of the tree's leaves. A root has one depth, so the path's length needs no check.
    function _isListed(ListedNote calldata listed) private view returns (bool) {
        if ((listedPositions[listed.root] >> listed.position) & 1 == 0) return false;
        bytes32 leaf = HeldFormats.actLeaf(
            listed.sender, listed.senderLeaf, HeldFormats.hashNotes(listed.notes), listed.paymentsHash
        );
        return ActTree.rootFrom(leaf, listed.position, listed.path) == listed.root;
    }

    /// @dev The opening is the account's, so its owner is.
    function _isSigned(Act calldata act, bytes32 root, bytes32 leaf) private view returns (bool) {
        address owner = act.opening.owner;
        if (msg.sender == owner) return true;
        // 0 if the signature is malformed; no owner is 0.
        (address signer,,) = ECDSA.tryRecover(actDigest(root, leaf), act.signature);
        return signer == owner;
    }

    function _isRegistered(uint40 number) private view returns (bool) {
        return number != 0 && number <= accountCount;
    }

    function _bridgedToken(address l1Token) private view returns (address token) {
        token = VAULT.l2TokenAddress(l1Token);
        if (token == Predeploys.BASE_TOKEN) revert UnsupportedToken(l1Token);
    }

    function _sendToL1(bytes memory message) private {
        IL1Messenger(Predeploys.L1_MESSENGER).sendToL1(message);
    }
}
