// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssignJobParam} from "./ILayerZero.sol";
import {IProvenPeer} from "./IProvenPeer.sol";

/// @title A LayerZero verifier (DVN) that attests messages that L1 has executed
/// @notice The send library gives it a packet's header and hash; they travel as a proven message, and the DVN
/// on the packet's chain tells the receive library there. It has no key, and no confirmations are counted:
/// what arrives is final on L1.
/// @dev Trusted: the send library on its member. If it assigns what no application sent, that is verified on
/// the other side.
interface IProvenDvn is IProvenPeer {
    event PriceSet(uint256 weiPerGas);

    error NotTheSendLibrary(address expected, address actual);
    error NotAHeader(uint256 expected, uint256 actual);

    /// @notice Price of a packet to a member. Reverts where nothing is sent there.
    function getFee(uint32 dstEid, uint64 confirmations, address sender, bytes calldata options)
        external
        view
        returns (uint256 fee);

    /// @notice Passes a packet's header and hash on. The send library, which owes the fee from then on.
    function assignJob(AssignJobParam calldata job, bytes calldata options) external payable returns (uint256 fee);

    /// @notice Sets the price of the gas that a record takes. The operator.
    function setPrice(uint256 weiPerGas) external;

    /// @notice Takes what the send library owes. The operator.
    function withdrawFee(address to, uint256 amount) external;
}
