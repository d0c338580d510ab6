/** What a server of the bench prints when it listens, whatever it is written in; the port follows. */
export const listeningWord = "listening on port";
