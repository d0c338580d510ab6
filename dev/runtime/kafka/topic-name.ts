/** The longest name that brokers take, since it becomes the name of a folder. */
const longestTopicName = 249;

/** The last name that was found good: mostly it is asked about again. */
let lastGood: string | undefined;

/** Says why no broker has a topic of that name; `undefined` if it may be one. */
export function topicNameProblem(topic: string): string | undefined {
  if (topic === lastGood) return undefined;
  if (topic === "") return "the name of the topic is empty";
  if (topic.length > longestTopicName) return `the topic's name is longer than ${String(longestTopicName)}`;
  if (topic === "." || topic === "..") return `a topic cannot be named ${topic}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(topic)) {
    return `the topic's name ${JSON.stringify(topic)} has other characters than letters, digits, ".", "_" and "-"`;
  }
  lastGood = topic;
  return undefined;
}
