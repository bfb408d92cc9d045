# Runs commands that others have quoted, eight at a time, and records of each its exit code, what it printed and what it
# said, in base64. Standard input has two lines for each, in base64: its own standard input, and the command.
folder=$(mktemp -d)
trap 'rm -rf "$folder"; record end' EXIT
trap 'exit 1' HUP INT PIPE TERM
cat > "$folder/questions"
count=$(($(wc -l < "$folder/questions") / 2)) number=0
while [ "$number" -lt "$count" ]; do
  number=$((number + 1))
  (
    sed -n "$((number * 2))p" "$folder/questions" | base64 -d > "$folder/$number"
    sed -n "$((number * 2 - 1))p" "$folder/questions" | base64 -d |
      sh "$folder/$number" > "$folder/$number.out" 2> "$folder/$number.err" && code=0 || code=$?
    echo "$code" > "$folder/$number.code"
  ) &
  [ $((number % 8)) -ne 0 ] || wait
done
wait
number=0
while [ "$number" -lt "$count" ]; do
  number=$((number + 1))
  record answer "$(cat "$folder/$number.code")" "$(base64 -w 0 "$folder/$number.out")" "$(base64 -w 0 "$folder/$number.err")"
done
