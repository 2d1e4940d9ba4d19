export { identifyByToken, nobody } from './identify.js';
export type { TokenIdentification } from './identify.js';
export { identityIn, identityText } from './identity-text.js';
export { deriveKeys } from './keys.js';
export type { Keys } from './keys.js';
export { bearerOf, tokenOfHandshake } from './token-in-request.js';
export { Tokens } from './tokens.js';
export type { MintedToken, TokenMinter, TokenVerifier, Verdict } from './tokens.js';
