# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::SweepJobTest < ActiveJob::TestCase
  include CableChatTestHelper

  test "what is past its deadline is closed, and told" do
    _, queued = ask
    _, streaming = ask(to: other = uuid)
    CableChat::Message.claim(streaming, uuid)
    [ queued, streaming ].each { |id| expire(id) }
    CableChat::SweepJob.perform_now

    assert_equal %w[interrupted interrupted], [ queued, streaming ].map { |id| row(id).error["code"] }
    assert_equal %w[complete complete], [ heard.last, heard(ada, other).last ].pluck("type")
  end

  test "an answer whose job was lost gets another; one that was asked for just now is left alone" do
    _, lost = ask
    CableChat::Message.where(id: lost).update_all(created_at: 1.minute.ago)
    ask(to: uuid)
    clear_enqueued_jobs
    CableChat::SweepJob.perform_now

    assert_equal [ [ lost ] ], enqueued_jobs.pluck("arguments")
  end

  test "a log that was not folded is" do
    _, id = ask
    replacing(CableChat::Closing, :fold, ->(*) { }) { generate(id, ScriptedProvider.new("one")) }
    assert_not row(id).folded
    CableChat::SweepJob.perform_now

    assert_equal [ true, "one" ], [ row(id).folded, text_of(id) ]
  end

  test "what is alive is left alone" do
    _, id = ask
    CableChat::Message.claim(id, uuid)
    clear_enqueued_jobs
    CableChat::SweepJob.perform_now

    assert_equal [ "streaming", [] ], [ row(id).status, enqueued_jobs ]
  end
end
