// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INoteTree} from "../interfaces/INoteTree.sol";
import {IShieldedPool, JoinSplit} from "../interfaces/IShieldedPool.sol";
import {IStarkVerifier} from "../interfaces/IStarkVerifier.sol";
import {Limbs} from "../libraries/Limbs.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";

/// @notice See {IShieldedPool}. Its balance is the sum of all notes that are not spent and of its debts, plus coins that others
/// force on it.
contract ShieldedPool is IShieldedPool, ReentrancyGuard {
    bytes32 private constant DIGEST_TAG = keccak256("hyperchain.join-split.v1");
    /// @dev The last pair would leave no node for the frontier.
    uint256 private constant PAIRS = 2 ** 19 - 1;
    /// @dev The last pairs are for withdrawals with change, so that owners can leave without showing the value of each note.
    uint256 private constant PAIRS_FOR_ALL = 2 ** 19 - 1 - 2 ** 14;
    /// @dev For a recipient of a relayed withdrawal: a wallet's contract takes coins for less, and the relayer pays for it.
    uint256 private constant RECIPIENT_GAS = 100_000;
    /// @dev Left before the recipient's call: its gas, its value (34,000 for a new account), its answer, the fee and the record of a debt.
    uint256 private constant GAS_FOR_PAYMENTS = 400_000;

    /// @notice Verifier of the system "join-split/1".
    IStarkVerifier public immutable stark;
    INoteTree public immutable tree;

    uint256 private pairCount;
    bytes32[19] private frontier;
    mapping(bytes32 root => bool) public isRoot;
    mapping(bytes32 nullifier => bool) public isSpent;
    mapping(address account => uint256) public owed;

    constructor(IStarkVerifier stark_, INoteTree tree_) {
        stark = stark_;
        tree = tree_;
        // Two zeros are two missing leaves: this is the root of the empty tree.
        (bytes32 root,,) = tree_.append(0, 0, 0, frontier);
        isRoot[root] = true;
    }

    /// @inheritdoc IShieldedPool
    function transact(JoinSplit calldata transfer, bytes calldata proof) external payable nonReentrant {
        uint256 expected = uint256(transfer.valueIn) * 1 gwei;
        if (msg.value != expected) revert PaymentMismatch(expected, msg.value);
        if (transfer.relayer != address(0) && transfer.relayer != msg.sender) {
            revert NotTheRelayer(transfer.relayer, msg.sender);
        }
        if (transfer.fee > transfer.valueOut) revert FeeTooHigh(transfer.valueOut, transfer.fee);
        if (!isRoot[transfer.root]) revert UnknownRoot(transfer.root);
        _requireRoom(transfer);
        _spend(transfer.nullifiers[0]);
        _spend(transfer.nullifiers[1]);
        _verify(transfer, proof);
        if (pairCount == PAIRS) {
            emit NotesSpent(transfer.nullifiers);
        } else {
            uint256 index = _append(transfer.commitments[0], transfer.commitments[1]);
            emit Transacted(index, transfer.nullifiers, transfer.commitments, transfer.ciphertexts);
        }
        if (transfer.valueOut != 0) _payOut(transfer);
    }

    /// @inheritdoc IShieldedPool
    function claim(address to) external nonReentrant {
        uint256 amount = owed[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        owed[msg.sender] = 0;
        emit Claimed(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IShieldedPool
    function transfersLeft() external view returns (uint256 payments, uint256 withdrawals) {
        uint256 pair = pairCount;
        return (pair < PAIRS_FOR_ALL ? PAIRS_FOR_ALL - pair : 0, PAIRS - pair);
    }

    /// @inheritdoc IShieldedPool
    function commitmentCount() external view returns (uint256) {
        return 2 * pairCount;
    }

    /// @inheritdoc IShieldedPool
    function digestOf(JoinSplit calldata transfer) public view returns (bytes32) {
        return keccak256(
            abi.encode(
                DIGEST_TAG,
                block.chainid,
                address(this),
                transfer.recipient,
                transfer.relayer,
                transfer.fee,
                keccak256(transfer.ciphertexts[0]),
                keccak256(transfer.ciphertexts[1])
            )
        );
    }

    /// @dev In a full tree the notes of a proof are nowhere, so its maker states by empty ciphertexts that they hold nothing: a
    /// withdrawal that was proven before, with change, is refused.
    function _requireRoom(JoinSplit calldata transfer) private view {
        uint256 pair = pairCount;
        if (pair < PAIRS_FOR_ALL) return;
        if (transfer.valueIn != 0 || transfer.valueOut <= transfer.fee) revert TreeFull();
        if (pair < PAIRS) return;
        if (transfer.ciphertexts[0].length != 0 || transfer.ciphertexts[1].length != 0) revert NoRoomForNotes();
    }

    function _spend(bytes32 nullifier) private {
        if (isSpent[nullifier]) revert NullifierSpent(nullifier);
        isSpent[nullifier] = true;
    }

    /// @dev The verifier refuses digests that are not canonical, so each has one encoding.
    function _verify(JoinSplit calldata transfer, bytes calldata proof) private view {
        bytes memory digests =
            abi.encodePacked(transfer.root, transfer.nullifiers, transfer.commitments);
        bytes32 statementHash =
            keccak256(abi.encodePacked(digests, transfer.valueIn, transfer.valueOut, digestOf(transfer)));
        uint256 limbs = Limbs.spread(uint256(transfer.valueIn) | (uint256(transfer.valueOut) << 64));
        stark.verify(statementHash, abi.encodePacked(digests, limbs), proof);
    }

    function _append(bytes32 first, bytes32 second) private returns (uint256 index) {
        uint256 pair = pairCount;
        (bytes32 root, bytes32 node, uint256 level) = tree.append(pair, first, second, frontier);
        frontier[level] = node;
        pairCount = pair + 1;
        isRoot[root] = true;
        return 2 * pair;
    }

    function _payOut(JoinSplit calldata transfer) private {
        uint256 fee = uint256(transfer.fee) * 1 gwei;
        uint256 amount = uint256(transfer.valueOut) * 1 gwei - fee;
        emit Withdrawn(transfer.recipient, amount, msg.sender, fee);
        if (transfer.relayer == address(0)) _pay(transfer.recipient, amount);
        else _payOrOwe(transfer.recipient, amount);
        _pay(msg.sender, fee);
    }

    /// @dev A relayer has no influence on the recipient, which would otherwise make it pay gas without a fee.
    function _payOrOwe(address account, uint256 amount) private {
        if (amount == 0) return;
        // A relayer that leaves less would make each contract refuse its coins.
        if (gasleft() < GAS_FOR_PAYMENTS) revert GasTooLow(GAS_FOR_PAYMENTS, gasleft());
        (bool paid,) = account.call{value: amount, gas: RECIPIENT_GAS}("");
        if (paid) return;
        owed[account] += amount;
        emit PaymentOwed(account, amount);
    }

    function _pay(address account, uint256 amount) private {
        if (amount == 0) return;
        (bool paid,) = account.call{value: amount}("");
        if (!paid) revert PaymentRefused(account);
    }
}
