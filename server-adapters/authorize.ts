export type { Authorize, ClientCertificate, IncomingRequest } from "./answer.js";
export { bearerToken, type VerifiedToken, type VerifyToken } from "./authorize/bearer-token.js";
export { clientCertificate, type CertificateNames } from "./authorize/client-certificate.js";
export { allOf, anyOf } from "./authorize/combined.js";
export { headerSecret, pathSecret, type HeaderSecretOptions } from "./authorize/shared-secret.js";
export {
  signature,
  signatureHeader,
  signer,
  type SignatureOptions,
  type Signer,
} from "./authorize/signature.js";
