# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::ReadingTest < ActiveSupport::TestCase
  include CableChatTestHelper

  def snapshot(...)
    resume(...).last
  end

  def positions(frame)
    frame["messages"].pluck("position")
  end

  # Resumes as a client does, until there is no more. Returns its texts by id.
  def resume_until_done
    since = nil
    texts = Hash.new { |all, id| all[id] = +"" }
    bytes = {}
    final = {}
    100.times do
      cursors = texts.keys.select { |id| row(id).answer? && texts[id].bytesize != bytes[id] }.to_h { |id| [ id, texts[id].bytesize ] }
      frame = snapshot(since: since, cursors: cursors)
      assert_operator frame.to_json.bytesize, :<=, CableChat.config.snapshot_bytes
      fresh = frame["messages"].sum { |entry| [ entry["offset"] + entry["content"].bytesize - texts[entry["id"]].bytesize, 0 ].max }
      assert fresh.positive? || frame["messages"].any? { |entry| !final.key?(entry["id"]) } || !frame["more"], "nothing new"
      frame["messages"].each do |entry|
        assert_equal texts[entry["id"]].bytesize, entry["offset"]
        texts[entry["id"]] << entry["content"]
        bytes[entry["id"]] = entry["bytes"]
        final[entry["id"]] = true
      end
      since = frame["covers"].last if frame["covers"]
      return texts unless frame["more"]
    end
    flunk "it never ends"
  end

  test "hello first, then one snapshot, and nothing is created" do
    hello, empty, *rest = resume

    assert_equal({ "type" => "hello", "conversation_id" => conversation_id, "v" => 1, "user" => "user:ada",
                   "features" => %w[history regenerate edit stop feedback],
                   "limits" => { "message_bytes" => 16_384, "asks_per_minute" => 20 } }, hello)
    assert_equal({ "type" => "snapshot", "conversation_id" => conversation_id, "messages" => [], "covers" => [ 0, 0 ], "more" => false }, empty)
    assert_empty rest
    assert_equal 0, CableChat::Conversation.count
  end

  test "a client that knows everything is told nothing, and no range" do
    ask_and_answer

    assert_equal({ "type" => "snapshot", "conversation_id" => conversation_id, "messages" => [], "more" => false }, snapshot(since: 2))
  end

  test "with since all that is later, without it the newest page" do
    CableChat.config.page_messages = 4
    3.times { ask_and_answer }

    assert_equal [ [ 3, 4, 5, 6 ], [ 3, 6 ] ], snapshot.then { |frame| [ positions(frame), frame["covers"] ] }
    assert_equal [ [ 2, 3, 4, 5, 6 ], [ 2, 6 ] ], snapshot(since: 1).then { |frame| [ positions(frame), frame["covers"] ] }
    assert_equal [ [ 3, 4, 5, 6 ], [ 3, 6 ] ], snapshot(since: 99).then { |frame| [ positions(frame), frame["covers"] ] }
    CableChat.config.page_messages = 6
    assert_equal [ 0, 6 ], snapshot["covers"]
  end

  test "answers that the cursors name come from their cursor, wherever they are" do
    _, first = ask_and_answer(answer: "aé☂😀")
    CableChat.config.page_messages = 2
    ask_and_answer
    frame = snapshot(cursors: { first => 2, uuid => 5 })

    assert_equal [ 2, 3, 4 ], positions(frame)
    assert_equal [ 1, "é☂😀", 10 ], frame["messages"].first.values_at("offset", "content", "bytes")
    assert_equal [ 3, 4 ], frame["covers"]
    assert_equal [ 2, 1 ], snapshot(since: 4, cursors: { first => 2 }).then { |later| [ later["messages"].sole["position"], later["messages"].sole["offset"] ] }
  end

  test "foreign ids in the cursors are ignored" do
    _, foreign = ask_and_answer(by: eve, to: uuid)

    assert_empty snapshot(cursors: { foreign => 0 })["messages"]
  end

  test "a snapshot that is cut by size: the transcript of the protocol" do
    q1, a1 = ask_and_answer("Much?", answer: "a" * 300_000)
    q2, a2 = ask_and_answer("Little?", answer: "b")
    first = snapshot
    cut = first["messages"].last["content"].bytesize
    assert_equal [ [ q1, a1 ], [ 0, 2 ], true, 300_000 ],
                 [ first["messages"].pluck("id"), *first.values_at("covers", "more"), first["messages"].last["bytes"] ]
    assert_in_delta CableChat.config.snapshot_bytes, first.to_json.bytesize, 1_000

    second = snapshot(since: 2, cursors: { a1 => cut })
    assert_equal [ [ a1, q2, a2 ], [ 3, 4 ], false ], [ second["messages"].pluck("id"), *second.values_at("covers", "more") ]
    assert_equal 300_000 - cut, second["messages"].first["content"].bytesize
  end

  test "three answers of 200 KiB, with all kinds of characters, arrive whole" do
    alphabet = [ "a", "é", "☂", "😀", "<", "\"", "\n", "\u0001", "\u2028" ]
    random = Random.new(seed = Integer(ENV["SEED"] || 1))
    asked = 3.times.map { ask_and_answer(answer: Array.new(20) { Array.new(5_000) { alphabet.sample(random: random) }.join }) }
    texts = resume_until_done

    asked.each { |_, id| assert_equal Digest::SHA256.hexdigest(text_of(id)), Digest::SHA256.hexdigest(texts[id]), "SEED=#{seed}" }
  end

  test "the longest questions, made of control characters, arrive whole" do
    CableChat.config.message_bytes = 32 * 1_024
    asked = 8.times.map { ask_and_answer("\u0001" * 32.kilobytes) }
    texts = resume_until_done

    asked.each { |id, _| assert_equal "\u0001" * 32.kilobytes, texts[id] }
  end

  test "many messages come in several snapshots" do
    conversation = CableChat::Conversation.create!(id: conversation_id, owner: ada.id)
    600.times { |index| CableChat::Message.ask!(conversation, id: uuid, in_reply_to: nil, text: index.to_s) }
    frame = snapshot(since: 0)

    assert_equal [ 250, [ 1, 250 ], true ], [ frame["messages"].size, *frame.values_at("covers", "more") ]
    assert_equal [ 100, [ 501, 600 ], false ], snapshot(since: 500).then { |last| [ last["messages"].size, *last.values_at("covers", "more") ] }
  end

  test "history pages back to the beginning" do
    CableChat.config.page_messages = 3
    2.times { ask_and_answer }

    { [ 5, nil ] => [ [ 2, 3, 4 ], [ 2, 4 ] ], [ 99, 2 ] => [ [ 3, 4 ], [ 3, 4 ] ], [ 3, 99 ] => [ [ 1, 2 ], [ 0, 2 ] ],
      [ 2, 1 ] => [ [ 1 ], [ 0, 1 ] ], [ 1, 1 ] => [ [], [ 0, 0 ] ], [ 0, 1 ] => [ [], nil ], [ 5, 0 ] => [ [ 4 ], [ 4, 4 ] ] }.each do |(before, limit), expected|
      frame = act("history", before: before, limit: limit).sole
      assert_equal expected, [ positions(frame), frame["covers"] ], "before #{before}, limit #{limit}"
      assert_not frame.key?("more")
    end
  end

  test "an answer that is too large even alone is cut in history, and what is older waits" do
    2.times { ask_and_answer(answer: "a" * 300_000) }
    frame = act("history", before: 5).sole

    assert_equal [ [ 4 ], [ 4, 4 ] ], [ positions(frame), frame["covers"] ]
    assert_equal 300_000, frame["messages"].sole["bytes"]
    assert_operator frame.to_json.bytesize, :<=, CableChat.config.snapshot_bytes
  end

  test "row and text are of one picture, also while an answer ends and is folded" do
    _, id = ask
    lease = uuid
    message = CableChat::Message.claim(id, lease)
    message.append(lease, 0, "one")
    between = lambda do |original, *arguments, **options|
      unless @done
        @done = true
        message.append(lease, 3, " two")
        message.close_own(lease, status: "complete")
        row(id).fold
      end
      original.call(*arguments, **options)
    end
    entry = replacing(CableChat::Snapshot, :resume, between) { snapshot["messages"].last }

    assert @done
    assert_equal [ "streaming", "one" ], entry.values_at("status", "content")
    assert_not entry.key?("bytes")
  end
end
