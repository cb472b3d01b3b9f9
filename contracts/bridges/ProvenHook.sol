// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHyperlaneHook, IHyperlaneMailbox, IHyperlaneSecurityModule} from "../interfaces/bridges/IHyperlane.sol";
import {IProvenHook} from "../interfaces/bridges/IProvenHook.sol";
import {ProvenPeer} from "./ProvenPeer.sol";

/// @notice See {IProvenHook}.
contract ProvenHook is IProvenHook, ProvenPeer {
    /// @dev Gas of the bundle that delivers a record, with its proof.
    uint256 private constant RECORD_GAS = 500_000;
    /// @dev Gas of the mailbox and this module when a message is processed, without `handle`. Bytes of a message count as its gas: routers
    /// ask for quotes without the body, and a quote that depended on it would be too low.
    uint256 private constant PROCESS_GAS = 150_000;
    uint256 private constant DEFAULT_GAS = 50_000;
    uint256 private constant MAX_GAS = 5_000_000;
    /// @dev version (1) ‖ nonce (4) ‖ origin (4) ‖ sender (32) ‖ destination (4) ‖ recipient (32) ‖ body
    uint256 private constant ORIGIN_AT = 5;
    uint256 private constant SENDER_AT = 9;
    uint256 private constant DESTINATION_AT = 41;
    uint256 private constant BODY_AT = 77;
    /// @dev variant (2) ‖ value (32) ‖ gas limit (32) ‖ refund address (20) ‖ fee token (20); each part may end it.
    uint16 private constant VARIANT = 1;
    uint256 private constant GAS_AT = 34;
    uint256 private constant REFUND_AT = 66;
    uint256 private constant TOKEN_AT = 86;
    uint256 private constant TOKEN_END = 106;
    /// @dev Hyperlane's numbers of kinds: a hook that passes ids to its module, and a module that wants no metadata.
    uint8 private constant HOOK_OF_IDS = 6;
    uint8 private constant MODULE_WITHOUT_METADATA = 6;

    IHyperlaneMailbox public immutable mailbox;
    /// @inheritdoc IProvenHook
    mapping(uint32 domain => uint256 weiPerGas) public priceOf;
    /// @inheritdoc IProvenHook
    mapping(bytes32 messageId => bool) public isPassed;
    /// @inheritdoc IProvenHook
    mapping(uint32 origin => mapping(bytes32 messageId => bool)) public isProven;

    constructor(address operator_, IHyperlaneMailbox mailbox_) ProvenPeer(operator_) {
        mailbox = mailbox_;
    }

    /// @inheritdoc IProvenHook
    function postDispatch(bytes calldata metadata, bytes calldata message) external payable {
        bytes32 id = keccak256(message);
        bytes32 latest = mailbox.latestDispatchedId();
        if (id != latest) revert NotTheLatestMessage(latest, id);
        if (isPassed[id]) revert AlreadyPassed(id);
        (uint256 fee, uint32 destination, uint256 gasLimit) = _quote(metadata, message);
        if (msg.value < fee) revert FeeTooLow(fee, msg.value);
        isPassed[id] = true;
        emit MessagePassed(id, destination, gasLimit, fee);
        _pass(destination, abi.encode(id));
        if (msg.value > fee) _pay(_refundAddress(metadata, message), msg.value - fee);
    }

    /// @inheritdoc IProvenHook
    function setPrice(uint32 domain, uint256 weiPerGas) external onlyOperator {
        priceOf[domain] = weiPerGas;
        emit PriceSet(domain, weiPerGas);
    }

    /// @inheritdoc IProvenHook
    function withdrawFee(address to, uint256 amount) external onlyOperator {
        _pay(to, amount);
    }

    /// @inheritdoc IHyperlaneHook
    function quoteDispatch(bytes calldata metadata, bytes calldata message) external view returns (uint256 fee) {
        (fee,,) = _quote(metadata, message);
    }

    /// @inheritdoc IHyperlaneSecurityModule
    /// @dev The chain comes out of the message: what a chain says of ids that are another chain's counts nothing.
    function verify(bytes calldata, bytes calldata message) external view returns (bool) {
        _requireWhole(message);
        return isProven[uint32(bytes4(message[ORIGIN_AT:SENDER_AT]))][keccak256(message)];
    }

    /// @inheritdoc IHyperlaneHook
    function hookType() external pure returns (uint8) {
        return HOOK_OF_IDS;
    }

    /// @inheritdoc IHyperlaneSecurityModule
    function moduleType() external pure returns (uint8) {
        return MODULE_WITHOUT_METADATA;
    }

    /// @inheritdoc IHyperlaneHook
    function supportsMetadata(bytes calldata metadata) external pure returns (bool) {
        return metadata.length == 0 || (_variant(metadata) == VARIANT && _feeToken(metadata) == address(0));
    }

    /// @dev Only marks the id: whatever the message's recipient is, this does not fail.
    function _record(uint64 sourceId, bytes calldata payload) internal override {
        if (payload.length != 32) revert NotAnId(32, payload.length);
        if (sourceId > type(uint32).max) revert WrongId(type(uint32).max, sourceId);
        (uint32 origin, bytes32 id) = (uint32(sourceId), bytes32(payload));
        isProven[origin][id] = true;
        emit MessageProven(origin, id);
    }

    function _pay(address to, uint256 amount) private {
        bool success;
        // Copies nothing of what the receiver returns.
        assembly ("memory-safe") {
            success := call(gas(), to, amount, 0, 0, 0, 0)
        }
        if (!success) revert PaymentFailed(to, amount);
    }

    function _quote(bytes calldata metadata, bytes calldata message)
        private
        view
        returns (uint256 fee, uint32 destination, uint256 gasLimit)
    {
        _requireWhole(message);
        if (metadata.length != 0 && _variant(metadata) != VARIANT || _feeToken(metadata) != address(0)) {
            revert UnsupportedMetadata(_variant(metadata), _feeToken(metadata));
        }
        destination = uint32(bytes4(message[DESTINATION_AT:DESTINATION_AT + 4]));
        _requireOpen(destination);
        gasLimit = metadata.length < REFUND_AT ? DEFAULT_GAS : uint256(bytes32(metadata[GAS_AT:REFUND_AT]));
        if (gasLimit > MAX_GAS) revert GasTooHigh(MAX_GAS, gasLimit);
        fee = (RECORD_GAS + PROCESS_GAS + gasLimit) * priceOf[destination];
    }

    function _requireWhole(bytes calldata message) private pure {
        if (message.length < BODY_AT) revert MessageTooShort(BODY_AT, message.length);
    }

    function _variant(bytes calldata metadata) private pure returns (uint16) {
        return metadata.length < 2 ? 0 : uint16(bytes2(metadata[:2]));
    }

    function _feeToken(bytes calldata metadata) private pure returns (address) {
        return metadata.length < TOKEN_END ? address(0) : address(bytes20(metadata[TOKEN_AT:TOKEN_END]));
    }

    function _refundAddress(bytes calldata metadata, bytes calldata message) private pure returns (address) {
        if (metadata.length >= TOKEN_AT) return address(bytes20(metadata[REFUND_AT:TOKEN_AT]));
        return address(bytes20(message[SENDER_AT + 12:DESTINATION_AT]));
    }
}
