# frozen_string_literal: true

require "cable_chat_test_helper"

class CableChat::AnswerJobTest < ActiveJob::TestCase
  include CableChatTestHelper

  test "from the ask to the answer" do
    answer = nil
    perform_enqueued_jobs { _, answer = ask }

    assert_equal [ "complete", "Well." ], [ row(answer).status, text_of(answer) ]
  end

  test "an answer that is gone, or was stopped before its job began, is no work" do
    _, id = ask
    act("stop", message_id: id)
    provider = CableChat.config.provider
    [ id, uuid ].each { |one| CableChat::AnswerJob.perform_now(one) }

    assert_empty provider.requests
  end

  test "a failure is not retried" do
    _, id = ask
    clear_enqueued_jobs
    generate(id, ScriptedProvider.new(RuntimeError.new("broken")))

    assert_empty enqueued_jobs
  end

  test "it goes to the queue of the settings" do
    CableChat.config.queue = :answers
    ask

    assert_equal "answers", enqueued_jobs.sole["queue_name"]
  end
end
