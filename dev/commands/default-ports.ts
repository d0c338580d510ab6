/** Where messages are taken over HTTP: the port of the Apache playground's ingress. */
export const defaultHttpPort = 8090;

/** Where the JSON API answers: the first port behind those of the Apache playground's ingress and egress. */
export const defaultApiPort = 8092;
