// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssignJobParam, ILayerZeroReceiveLibrary, ILayerZeroSendLibrary} from "../interfaces/bridges/ILayerZero.sol";
import {IProvenDvn} from "../interfaces/bridges/IProvenDvn.sol";
import {ProvenPeer} from "./ProvenPeer.sol";

/// @notice See {IProvenDvn}.
contract ProvenDvn is IProvenDvn, ProvenPeer {
    /// @dev Gas of the bundle that delivers a record, with its proof.
    uint256 private constant RECORD_GAS = 500_000;
    /// @dev version (1) ‖ nonce (8) ‖ srcEid (4) ‖ sender (32) ‖ dstEid (4) ‖ receiver (32)
    uint256 private constant HEADER_LENGTH = 81;
    uint256 private constant SOURCE_AT = 9;

    address public immutable sendLibrary;
    ILayerZeroReceiveLibrary public immutable receiveLibrary;
    uint256 public weiPerGas = 1 gwei;

    constructor(address operator_, address sendLibrary_, ILayerZeroReceiveLibrary receiveLibrary_)
        ProvenPeer(operator_)
    {
        sendLibrary = sendLibrary_;
        receiveLibrary = receiveLibrary_;
    }

    /// @inheritdoc IProvenDvn
    function assignJob(AssignJobParam calldata job, bytes calldata) external payable returns (uint256 fee) {
        if (msg.sender != sendLibrary) revert NotTheSendLibrary(sendLibrary, msg.sender);
        _pass(job.dstEid, abi.encode(job.packetHeader, job.payloadHash));
        return RECORD_GAS * weiPerGas;
    }

    /// @inheritdoc IProvenDvn
    function setPrice(uint256 weiPerGas_) external onlyOperator {
        weiPerGas = weiPerGas_;
        emit PriceSet(weiPerGas_);
    }

    /// @inheritdoc IProvenDvn
    function withdrawFee(address to, uint256 amount) external onlyOperator {
        ILayerZeroSendLibrary(sendLibrary).withdrawFee(to, amount);
    }

    /// @inheritdoc IProvenDvn
    function getFee(uint32 dstEid, uint64, address, bytes calldata) external view returns (uint256 fee) {
        _requireOpen(dstEid);
        return RECORD_GAS * weiPerGas;
    }

    /// @dev The library only stores it: whatever the packet's receiver is, this does not fail.
    function _record(uint64 sourceId, bytes calldata payload) internal override {
        (bytes memory header, bytes32 payloadHash) = abi.decode(payload, (bytes, bytes32));
        if (header.length != HEADER_LENGTH) revert NotAHeader(HEADER_LENGTH, header.length);
        uint32 srcEid;
        // The four bytes from SOURCE_AT on; the length was checked above.
        assembly ("memory-safe") {
            srcEid := shr(224, mload(add(header, add(0x20, SOURCE_AT))))
        }
        if (srcEid != sourceId) revert WrongId(sourceId, srcEid);
        receiveLibrary.verify(header, payloadHash, type(uint64).max);
    }
}
