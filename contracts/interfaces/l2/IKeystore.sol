// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Whose signatures act for an account.
/// @param threshold How many of the owners have to sign. An owner that is named twice counts twice.
/// @param owners As ERC-7913 writes them: 20 bytes are an account or a contract (ERC-1271); more are a verifier's address and a key,
/// of a passkey {PasskeyVerifier} and the point's coordinates. A contract, or a verifier, has to be the same one on every chain: what
/// is at its address on a chain answers for it there.
struct Keys {
    uint64 threshold;
    bytes[] owners;
}

/// @title Keys of accounts, kept on one chain for all
/// @notice An account's id follows from its first keys, so registering it takes no right and gives none.
/// Later keys take its place by the signatures of those before them. Other chains read {headOf}, the mapping
/// in slot 0, by a proof of this chain's state.
/// @dev Nothing here has an owner, and no money comes here. Trusted is the chain that it is on: other chains
/// believe what that chain's quorum says of the chain's state until its execution is proven, so a lying one
/// gives its accounts away.
interface IKeystore {
    /// @notice All that anyone needs to sign with an account's keys, or to replace them.
    event KeysSet(bytes32 indexed id, uint64 indexed version, Keys keys);

    error AlreadyRegistered(bytes32 id);
    /// @notice The keystore has other keys of the account, or another version, than were given as the present ones.
    error OtherKeys(bytes32 id, bytes32 expected, bytes32 actual);
    /// @notice Fewer of the present owners than their threshold have signed the digest.
    error RotationNotSigned(bytes32 id, bytes32 digest);
    /// @notice No signatures would be enough for these keys.
    error UnreachableThreshold(uint64 threshold, uint256 owners);
    /// @notice A key set has more owners than every chain can check in one transaction: at most `limit`.
    error TooManyOwners(uint256 limit, uint256 actual);

    /// @notice Names an account by its first keys. Anyone, once.
    /// @param salt Tells accounts with the same first keys apart.
    function register(Keys calldata keys, bytes32 salt) external returns (bytes32 id);

    /// @notice Replaces the keys. Anyone may bring it; the present keys have to have signed it.
    /// @param version Of the present keys; the next have the one above.
    /// @param signatures Over {rotationDigest}, one for each present owner in their order, empty for those that have not signed.
    function rotate(bytes32 id, uint64 version, Keys calldata keys, Keys calldata next, bytes[] calldata signatures) external;

    /// @notice Hash of the version and the keys of an account; 0 for none.
    function headOf(bytes32 id) external view returns (bytes32 head);

    /// @notice Digest that the keys of `version` sign to be replaced by `next` (EIP-712,
    /// `Rotation(bytes32 id,uint64 version,bytes32 head)`): of this chain, this keystore and that version only.
    function rotationDigest(bytes32 id, uint64 version, Keys calldata next) external view returns (bytes32 digest);
}
